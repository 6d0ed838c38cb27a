/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.Query;
import org.vfio4j.vfio.mdev.MdevDriver;
import org.vfio4j.vfio.mdev.MdevType;
import org.vfio4j.vfio.mdev.MigrationVersion;

/** The parent of mdpy displays: a fixed number of devices, whatever their types. */
public final class MdpyDriver implements MdevDriver {
    /** The driver's own: the kernel's module has none. */
    private static final String VERSION = "0.1";

    private static final String NAME = "mdpy";
    /** The kernel module's parameter {@code count} where it is not given. */
    private static final int DEVICES = 4;

    private final Stock stock;

    /** A parent of 4 devices. */
    public MdpyDriver() {
        this(DEVICES);
    }

    /** A parent of this many devices. */
    public MdpyDriver(int devices) {
        this.stock = new Stock(devices, "devices", Errno.EUSERS);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<MdevType> types() {
        return Arrays.stream(MdpyDevice.Model.values()).map(MdpyDriver::type).toList();
    }

    @Override
    public int availableInstances(MdevType type) {
        model(type);
        return stock.shares(1);
    }

    @Override
    public DeviceFeatures features(MdevType type) {
        model(type);
        return DeviceFeatures.of(DeviceFeatures.DISPLAY_REGION, DeviceFeatures.MIGRATION);
    }

    @Override
    public VfioDevice create(UUID uuid, MdevType type) {
        MdpyDevice.Model model = model(type);
        return stock.hold(1, release -> MdpyDevice.create(model, release));
    }

    @Override
    public Map<String, String> vendorAttributes(UUID uuid, MdevType type) {
        MdpyDevice.Model model = model(type);
        return Map.of("resolution", model.width() + "x" + model.height());
    }

    /** The resolution is fixed, so its plane never changes. */
    @Override
    public Set<Query.Kind> queriesWithoutOpen(MdevType type) {
        return EnumSet.allOf(Query.Kind.class);
    }

    @Override
    public Optional<String> hostDriverVersion() {
        return Optional.of(VERSION);
    }

    /** Of {@link MdpyState}: it is for this type only. */
    @Override
    public Optional<MigrationVersion> migrationVersion(MdevType type) {
        return Optional.of(MigrationVersion.only(
                NAME + " " + MdpyState.VERSION + " " + model(type).id()));
    }

    private static MdevType type(MdpyDevice.Model model) {
        String description = "virtual display, " + model.width() + "x" + model.height() + " framebuffer";
        return new MdevType(model.id(), model.id(), Optional.of(description), MdevType.VFIO_PCI);
    }

    private static MdpyDevice.Model model(MdevType type) {
        return Arrays.stream(MdpyDevice.Model.values())
                .filter(model -> model.id().equals(type.id()))
                .findFirst()
                .orElseThrow(() -> new VfioException(Errno.EINVAL, NAME + " has no type " + type.id()));
    }
}
