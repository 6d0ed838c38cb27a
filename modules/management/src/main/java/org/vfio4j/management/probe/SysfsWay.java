/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.Optional;
import org.vfio4j.linux.sysfs.Reading;
import org.vfio4j.linux.sysfs.TreeFinding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.KernelHost;

/**
 * Reads the feature attributes in a kernel's sysfs. No kernel has them to this day; a user-space host's tree does, and so may a vendor's
 * driver.
 */
public final class SysfsWay extends AttributeWay {
    private final KernelHost host;

    public SysfsWay(KernelHost host) {
        this.host = host;
    }

    @Override
    Optional<String> folder(HostDevice device) {
        return Optional.of(FeatureAttributes.folder(device.kind(), device.name()))
                .filter(host.root()::exists);
    }

    @Override
    Optional<Answer> read(String path) {
        return switch (host.root().attribute(path)) {
            case Reading.Found<String>(String text) -> Optional.of(FeatureAttributes.answer(NAME, path, text));
            case Reading.Missing<String> _ -> Optional.empty();
            case Reading.Unreadable<String>(TreeFinding finding) -> Optional.of(Unreadable.answer(NAME, path, finding));
        };
    }
}
