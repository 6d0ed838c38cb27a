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

/** The parent of mtty serial cards: a fixed number of ports, of which each type takes its own. */
public final class MttyDriver implements MdevDriver {
    /** VERSION_STRING of the kernel's module. */
    private static final String VERSION = "0.1";

    private static final String NAME = "mtty";
    private static final int PORTS = 24;

    private final Stock stock;

    /** A parent of 24 ports. */
    public MttyDriver() {
        this(PORTS);
    }

    /** A parent of this many ports. */
    public MttyDriver(int ports) {
        this.stock = new Stock(ports, "ports", Errno.ENOSPC);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<MdevType> types() {
        return Arrays.stream(MttyDevice.Model.values()).map(MttyDriver::type).toList();
    }

    @Override
    public int availableInstances(MdevType type) {
        return stock.shares(model(type).ports());
    }

    @Override
    public DeviceFeatures features(MdevType type) {
        model(type);
        return DeviceFeatures.of(DeviceFeatures.MIGRATION);
    }

    @Override
    public VfioDevice create(UUID uuid, MdevType type) {
        MttyDevice.Model model = model(type);
        return stock.hold(model.ports(), release -> new MttyDevice(model, release));
    }

    @Override
    public Map<String, String> vendorAttributes(UUID uuid, MdevType type) {
        model(type);
        return Map.of("sample_mdev_dev", "This is MDEV " + uuid);
    }

    /** All, but there is no plane. */
    @Override
    public Set<Query.Kind> queriesWithoutOpen(MdevType type) {
        return EnumSet.complementOf(EnumSet.of(Query.Kind.GFX_PLANE));
    }

    @Override
    public Optional<String> hostDriverVersion() {
        return Optional.of(VERSION);
    }

    /** The header's: {@link MttyState#checkHeader} takes its own and no other. */
    @Override
    public Optional<MigrationVersion> migrationVersion(MdevType type) {
        return Optional.of(MigrationVersion.only(MttyState.version(model(type).ports())));
    }

    private static MdevType type(MttyDevice.Model model) {
        return new MdevType(model.id(), model.title(), Optional.empty(), MdevType.VFIO_PCI);
    }

    private static MttyDevice.Model model(MdevType type) {
        return Arrays.stream(MttyDevice.Model.values())
                .filter(model -> model.id().equals(type.id()))
                .findFirst()
                .orElseThrow(() -> new VfioException(Errno.EINVAL, NAME + " has no type " + type.id()));
    }
}
