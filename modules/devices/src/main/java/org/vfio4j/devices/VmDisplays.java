/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.mdev.MdevType;
import org.vfio4j.vfio.mdev.RequestedDriver;

/**
 * What the drivers have in common that are made after the two vendors of the thread, whose devices opened only for a virtual machine: four
 * displays of 640x480 in a region. What they differ in is their open.
 */
abstract class VmDisplays implements RequestedDriver {
    private static final String VERSION = "1.0";
    private static final int DEVICES = 4;

    private final Stock stock = new Stock(DEVICES, "devices", Errno.ENOSPC);
    private final String name;
    private final MdevType type;

    VmDisplays(String name, String what) {
        this.name = name;
        this.type = new MdevType(name + "-vga", name + "-vga", Optional.of(what), MdevType.VFIO_PCI);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final List<MdevType> types() {
        return List.of(type);
    }

    @Override
    public final int availableInstances(MdevType wanted) {
        return stock.shares(1);
    }

    @Override
    public final DeviceFeatures features(MdevType wanted) {
        return DeviceFeatures.of(DeviceFeatures.DISPLAY_REGION, DeviceFeatures.MIGRATION);
    }

    @Override
    public final VfioDevice create(UUID uuid, MdevType wanted) {
        return stock.hold(1, release -> MdpyDevice.create(MdpyDevice.Model.VGA, release));
    }

    @Override
    public final Map<String, String> vendorAttributes(UUID uuid, MdevType wanted) {
        return Map.of();
    }

    @Override
    public final Optional<String> hostDriverVersion() {
        return Optional.of(VERSION);
    }
}
