/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.EnumMap;
import java.util.Map;
import org.vfio4j.linux.sysfs.Reading;
import org.vfio4j.linux.sysfs.TreeFinding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.KernelHost;

/**
 * Reads the feature attributes of the thread's proposal, files with 0 or 1 in the folder {@code vfio_features} of the device. No kernel has
 * them to this day; a user-space host's tree does, and so may a vendor's driver.
 */
public final class SysfsWay implements Way {
    private static final String NAME = "sysfs";

    private final KernelHost host;

    public SysfsWay(KernelHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String needs() {
        return "leave to read the attribute";
    }

    @Override
    public String touches() {
        return "nothing: a file is read";
    }

    @Override
    public Map<Question, Answer> ask(HostDevice device) {
        String folder = FeatureAttributes.folder(device.kind(), device.name());
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        if (!host.root().exists(folder)) {
            return answers;
        }
        FeatureAttributes.ALL.forEach(attribute -> {
            String path = folder + "/" + attribute.file();
            switch (host.root().attribute(path)) {
                case Reading.Found<String>(String text) ->
                    answers.put(attribute.question(), FeatureAttributes.answer(NAME, path, text));
                case Reading.Missing<String> missing -> {}
                case Reading.Unreadable<String>(TreeFinding finding) ->
                    answers.put(attribute.question(), Unreadable.answer(NAME, path, finding));
            }
        });
        return answers;
    }
}
