/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.DeviceReport;
import org.vfio4j.vfio.core.ExampleDevice;
import org.vfio4j.vfio.core.Query;

/** A vendor driver whose parent has so many shares; its small type takes one of them and its large type four. */
public class ExampleDriver implements MdevDriver {
    public static final MdevType LARGE = new MdevType("example-large", "Large", Optional.empty(), MdevType.VFIO_PCI);
    public static final MdevType SMALL =
            new MdevType("example-small", "Small", Optional.of("a small one"), MdevType.VFIO_PCI);

    private final String name;
    private final AtomicInteger left;

    public ExampleDriver(String name, int shares) {
        this.name = name;
        this.left = new AtomicInteger(shares);
    }

    /** Shares that no device has. */
    public int left() {
        return left.get();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<MdevType> types() {
        return List.of(LARGE, SMALL);
    }

    @Override
    public int availableInstances(MdevType type) {
        return left.get() / share(type);
    }

    @Override
    public DeviceFeatures features(MdevType type) {
        return DeviceFeatures.of(DeviceFeatures.DISPLAY_REGION);
    }

    @Override
    public VfioDevice create(UUID uuid, MdevType type) {
        int share = share(type);
        int before = left.getAndUpdate(now -> now < share ? now : now - share);
        if (before < share) {
            throw new VfioException(Errno.ENOSPC, "none left");
        }
        return ExampleDevice.create(() -> left.addAndGet(share));
    }

    @Override
    public VfioDevice create(UUID uuid, MdevType type, DeviceReport report) {
        report.guestDriverVersion("guest-1");
        return create(uuid, type);
    }

    @Override
    public Map<String, String> vendorAttributes(UUID uuid, MdevType type) {
        return Map.of("share", String.valueOf(share(type)));
    }

    @Override
    public Set<Query.Kind> queriesWithoutOpen(MdevType type) {
        return EnumSet.of(Query.Kind.INFO);
    }

    @Override
    public Optional<String> hostDriverVersion() {
        return Optional.of("host-1");
    }

    private static int share(MdevType type) {
        return type.equals(LARGE) ? 4 : 1;
    }
}
