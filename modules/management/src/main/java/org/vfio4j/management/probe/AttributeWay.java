/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.vfio4j.management.host.HostDevice;

/** Reads the feature attributes of the thread's proposal, files with 0 or 1 in the folder {@code vfio_features} of the device. */
abstract sealed class AttributeWay implements Way permits SysfsWay, UserSysfsWay {
    static final String NAME = "sysfs";

    @Override
    public final String name() {
        return NAME;
    }

    @Override
    public final String needs() {
        return "leave to read the attribute";
    }

    @Override
    public final String touches() {
        return "nothing: a file is read";
    }

    /** The path of the folder, if the host has the device. */
    abstract Optional<String> folder(HostDevice device);

    /** What the attribute at {@code path} says, if there is one. */
    abstract Optional<Answer> read(String path);

    @Override
    public final Map<Question, Answer> ask(HostDevice device) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        folder(device)
                .ifPresent(folder -> FeatureAttributes.ALL.forEach(attribute -> read(folder + "/" + attribute.file())
                        .ifPresent(answer -> answers.put(attribute.question(), answer))));
        return answers;
    }
}
