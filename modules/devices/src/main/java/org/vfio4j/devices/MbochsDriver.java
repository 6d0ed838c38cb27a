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

/** The parent of mbochs displays: a fixed amount of video memory, of which each type takes its own. */
public final class MbochsDriver implements MdevDriver {
    /** The driver's own: the kernel's module has none. */
    private static final String VERSION = "0.1";

    private static final String NAME = "mbochs";
    /** The kernel module's parameter {@code count} where it is not given. */
    private static final int MEGABYTES = 256;

    private final Stock stock;

    /** A parent of 256 MB. */
    public MbochsDriver() {
        this(MEGABYTES);
    }

    /** A parent of this many MB of video memory. */
    public MbochsDriver(int megabytes) {
        this.stock = new Stock(megabytes, "MB of video memory", Errno.ENOSPC);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<MdevType> types() {
        return Arrays.stream(MbochsDevice.Model.values())
                .map(MbochsDriver::type)
                .toList();
    }

    @Override
    public int availableInstances(MdevType type) {
        return stock.shares(model(type).megabytes());
    }

    @Override
    public DeviceFeatures features(MdevType type) {
        model(type);
        return DeviceFeatures.of(DeviceFeatures.DISPLAY_DMABUF, DeviceFeatures.MIGRATION);
    }

    @Override
    public VfioDevice create(UUID uuid, MdevType type) {
        MbochsDevice.Model model = model(type);
        return stock.hold(model.megabytes(), release -> MbochsDevice.create(model, release));
    }

    @Override
    public Map<String, String> vendorAttributes(UUID uuid, MdevType type) {
        return Map.of("memory", model(type).megabytes() + " MB");
    }

    /** All but the plane itself, which is what the guest sets it to. */
    @Override
    public Set<Query.Kind> queriesWithoutOpen(MdevType type) {
        return EnumSet.complementOf(EnumSet.of(Query.Kind.GFX_PLANE));
    }

    @Override
    public Optional<String> hostDriverVersion() {
        return Optional.of(VERSION);
    }

    /** Of {@link MbochsState}: it is for this type only. */
    @Override
    public Optional<MigrationVersion> migrationVersion(MdevType type) {
        return Optional.of(MigrationVersion.only(
                NAME + " " + MbochsState.VERSION + " " + model(type).id()));
    }

    private static MdevType type(MbochsDevice.Model model) {
        String description = "virtual display, " + model.megabytes() + " MB video memory";
        return new MdevType(model.id(), model.id(), Optional.of(description), MdevType.VFIO_PCI);
    }

    private static MbochsDevice.Model model(MdevType type) {
        return Arrays.stream(MbochsDevice.Model.values())
                .filter(model -> model.id().equals(type.id()))
                .findFirst()
                .orElseThrow(() -> new VfioException(Errno.EINVAL, NAME + " has no type " + type.id()));
    }
}
