/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.vfio.bus.PciIdentity;
import org.vfio4j.vfio.core.BusDevice;

/**
 * The device whose mediated devices a driver makes, as sysfs shows it.
 *
 * @param name of its directory: a sample driver's own name, a PCI address, {@code matrix}
 * @param path of its directory below {@code /sys}, such as {@code /devices/virtual/mdpy/mdpy}
 * @param subsystem where its {@code subsystem} link goes, below {@code /sys}: {@code class/mdpy}, {@code bus/pci}
 * @param driverOrNull bound to it, null for none; only a device on a bus has one
 * @param pciOrNull its configuration space, null if it is no PCI function
 * @param attributes files of its own with their content, without the trailing newline
 */
public record ParentDevice(
        String name,
        String path,
        String subsystem,
        @Nullable String driverOrNull,
        @Nullable PciIdentity pciOrNull,
        Map<String, String> attributes) {
    public ParentDevice {
        BusDevice.requireName(name);
        attributes = Map.copyOf(attributes);
    }

    /** A parent without hardware, as the kernel's samples have: its class is called as its driver. */
    public static ParentDevice virtual(String driver, String name) {
        return new ParentDevice(
                name, "/devices/virtual/" + driver + "/" + name, "class/" + driver, null, null, Map.of());
    }

    /** A PCI function. */
    public static ParentDevice pci(String address, String driver, PciIdentity identity) {
        String bridge = "/devices/pci" + address.substring(0, "0000:00".length());
        return new ParentDevice(address, bridge + "/" + address, "bus/pci", driver, identity, Map.of());
    }

    public Optional<String> driver() {
        return Optional.ofNullable(driverOrNull);
    }

    public Optional<PciIdentity> pci() {
        return Optional.ofNullable(pciOrNull);
    }
}
