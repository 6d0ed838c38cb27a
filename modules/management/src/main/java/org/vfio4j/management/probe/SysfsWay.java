/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.EnumMap;
import java.util.Map;
import org.vfio4j.linux.sysfs.Reading;
import org.vfio4j.linux.sysfs.TreeFinding;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.KernelHost;

/**
 * Reads the feature attributes of the thread's proposal, files with 0 or 1 in the folder {@code vfio_features} of the device. No kernel has
 * them to this day; a user-space host's tree does, and so may a vendor's driver.
 */
public final class SysfsWay implements Way {
    private static final String NAME = "sysfs";

    private static final Map<Question, String> ATTRIBUTES = Map.of(
            Question.DISPLAY_REGION, "display_region",
            Question.DISPLAY_DMABUF, "display_dmabuf",
            Question.MIGRATION, "migration");

    private final KernelHost host;

    public SysfsWay(KernelHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<Question, Answer> ask(HostDevice device) {
        String folder = folder(device.kind()) + "/" + device.name() + "/vfio_features";
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        if (!host.root().exists(folder)) {
            return answers;
        }
        ATTRIBUTES.forEach((question, attribute) -> {
            String path = folder + "/" + attribute;
            switch (host.root().attribute(path)) {
                case Reading.Found<String>(String text) -> answers.put(question, answer(path, text));
                case Reading.Missing<String> missing -> {}
                case Reading.Unreadable<String>(TreeFinding finding) ->
                    answers.put(question, Unreadable.answer(NAME, path, finding));
            }
        });
        return answers;
    }

    private static Answer answer(String path, String text) {
        String evidence = path + ": " + text;
        return switch (text) {
            case "1" -> new Answer.Yes(NAME, evidence);
            case "0" -> new Answer.No(NAME, evidence);
            default ->
                new Answer.Unknown(
                        NAME,
                        evidence,
                        Cause.FAILED,
                        "the attribute is neither 0 nor 1",
                        "Report it to the driver's vendor; ask by another way.");
        };
    }

    private static String folder(DeviceKind kind) {
        return "/sys/bus/" + kind.word() + "/devices";
    }
}
