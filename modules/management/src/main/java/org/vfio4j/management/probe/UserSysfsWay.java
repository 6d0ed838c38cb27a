/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.DeviceFeatures;

/** Reads the feature attributes of a user-space host, as {@link SysfsWay} does a kernel's. */
public final class UserSysfsWay implements Way {
    private static final String NAME = "sysfs";

    private final UserHost host;

    public UserSysfsWay(UserHost host) {
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
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        Optional<CoreDevice> found = host.core().device(device.name());
        if (found.isEmpty()) {
            return answers;
        }
        DeviceFeatures features = found.get().features();
        String folder = FeatureAttributes.folder(device.kind(), device.name());
        for (FeatureAttributes.Attribute attribute : FeatureAttributes.ALL) {
            answers.put(
                    attribute.question(),
                    FeatureAttributes.answer(
                            NAME, folder + "/" + attribute.file(), features.has(attribute.bit()) ? "1" : "0"));
        }
        return answers;
    }
}
