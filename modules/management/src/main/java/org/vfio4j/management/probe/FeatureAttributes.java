/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.List;
import org.vfio4j.management.host.DeviceKind;

/** The feature attributes of the thread's proposal: files with 0 or 1 in the folder {@code vfio_features} of a device. */
final class FeatureAttributes {
    /** What they answer, and the file of each. */
    static final List<Attribute> ALL = List.of(
            new Attribute(Question.DISPLAY_REGION, "display_region"),
            new Attribute(Question.DISPLAY_DMABUF, "display_dmabuf"),
            new Attribute(Question.MIGRATION, "migration"));

    /** The folder they are in, below the device's. */
    static final String FOLDER = "vfio_features";

    private FeatureAttributes() {}

    /** A question and the file that answers it. */
    record Attribute(Question question, String file) {}

    /** The folder of a device's feature attributes. */
    static String folder(DeviceKind kind, String device) {
        return "/sys/bus/" + kind.word() + "/devices/" + device + "/" + FOLDER;
    }

    static Answer answer(String way, String path, String text) {
        String evidence = path + ": " + text;
        return switch (text) {
            case "1" -> new Answer.Yes(way, evidence);
            case "0" -> new Answer.No(way, evidence);
            default ->
                new Answer.Unknown(
                        way,
                        evidence,
                        Cause.FAILED,
                        "the attribute is neither 0 nor 1",
                        "Report it to the driver's vendor; ask by another way.");
        };
    }
}
