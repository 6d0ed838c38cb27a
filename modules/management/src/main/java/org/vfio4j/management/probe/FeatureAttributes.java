/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.List;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.vfio.core.DeviceFeatures;

/** The feature attributes of the thread's proposal: files with 0 or 1 in the folder {@code vfio_features} of a device. */
final class FeatureAttributes {
    /** What they answer, and the file of each. */
    static final List<Attribute> ALL = List.of(
            new Attribute(Question.DISPLAY_REGION, "display_region", DeviceFeatures.DISPLAY_REGION),
            new Attribute(Question.DISPLAY_DMABUF, "display_dmabuf", DeviceFeatures.DISPLAY_DMABUF),
            new Attribute(Question.MIGRATION, "migration", DeviceFeatures.MIGRATION));

    private FeatureAttributes() {}

    /** A question, the file that answers it, and the bit of PROBE_FEATURES that the file shows. */
    record Attribute(Question question, String file, int bit) {}

    /** The folder of a device's feature attributes. */
    static String folder(DeviceKind kind, String device) {
        return "/sys/bus/" + kind.word() + "/devices/" + device + "/vfio_features";
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
