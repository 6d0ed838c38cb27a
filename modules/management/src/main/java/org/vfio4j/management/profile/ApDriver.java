/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.profile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.OpenContext;
import org.vfio4j.vfio.mdev.MdevDriver;
import org.vfio4j.vfio.mdev.MdevType;
import org.vfio4j.vfio.mdev.ParentDevice;

/**
 * The parent {@code matrix} of s390's vfio_ap, whose devices are given adapters and domains of the machine's crypto cards by attributes in their
 * own directory: Linux's Documentation/arch/s390/vfio-ap.rst, and the error numbers of drivers/s390/crypto/vfio_ap_ops.c. The devices are
 * stand-ins; who has which queue is kept as the kernel does.
 */
final class ApDriver implements MdevDriver {
    private static final String NAME = "matrix";
    private static final MdevType TYPE =
            new MdevType("vfio_ap-passthrough", "VFIO AP Passthrough Device", Optional.empty(), "vfio-ap");
    /** What the kernel starts to count down from. */
    private static final int INSTANCES = 65_536;

    private static final Set<String> WRITABLE = Set.of(
            "ap_config",
            "assign_adapter",
            "unassign_adapter",
            "assign_domain",
            "unassign_domain",
            "assign_control_domain",
            "unassign_control_domain");

    private final String profile;
    private final Profile.Matrix pool;
    private final Map<UUID, ApMatrix> devices = new HashMap<>();

    ApDriver(String profile, Profile.Matrix pool) {
        this.profile = profile;
        this.pool = pool;
    }

    @Override
    public String name() {
        return "vfio_ap_mdev";
    }

    @Override
    public ParentDevice parent() {
        return new ParentDevice(
                NAME,
                "/devices/vfio_ap/" + NAME,
                "bus/" + NAME,
                "vfio_ap",
                null,
                Map.of(ProfileDriver.STAND_IN, "vfio4j profile " + profile + ": not a real device"));
    }

    @Override
    public List<MdevType> types() {
        return List.of(TYPE);
    }

    @Override
    public synchronized int availableInstances(MdevType type) {
        return INSTANCES - devices.size();
    }

    @Override
    public DeviceFeatures features(MdevType type) {
        return DeviceFeatures.NONE;
    }

    @Override
    public synchronized VfioDevice create(UUID uuid, MdevType type) {
        if (devices.size() == INSTANCES) {
            throw new VfioException(Errno.EPERM, "there are " + INSTANCES + " devices already");
        }
        devices.put(uuid, new ApMatrix());
        return new ApStandIn(() -> release(uuid));
    }

    private synchronized void release(UUID uuid) {
        devices.remove(uuid);
    }

    @Override
    public String attributeGroup() {
        return "";
    }

    @Override
    public synchronized Map<String, String> vendorAttributes(UUID uuid, MdevType type) {
        ApMatrix matrix = devices.getOrDefault(uuid, new ApMatrix());
        return Map.of(
                "ap_config",
                matrix.config(),
                "matrix",
                matrix.queues(),
                "control_domains",
                matrix.controlDomains(),
                "guest_matrix",
                "",
                ProfileDriver.STAND_IN,
                "vfio4j profile " + profile + ": has no real queues");
    }

    @Override
    public Set<String> writableAttributes(MdevType type) {
        return WRITABLE;
    }

    @Override
    public synchronized void writeAttribute(UUID uuid, MdevType type, String name, String value) {
        ApMatrix matrix = devices.get(uuid);
        if (matrix == null) {
            throw new VfioException(Errno.ENODEV, "there is no device " + uuid);
        }
        matrix.write(name, value, this::check);
    }

    /** A queue is the host's own unless its adapter or its domain was taken out of the host's masks. */
    private void check(ApMatrix wanted) {
        wanted.firstOutside(pool.adapters(), pool.domains()).ifPresent(queue -> {
            throw new VfioException(Errno.EADDRNOTAVAIL, "the queue " + queue + " is the host's own");
        });
        if (devices.values().stream().anyMatch(other -> other != wanted && other.shares(wanted))) {
            throw new VfioException(Errno.EADDRINUSE, "another device has one of these queues");
        }
    }

    @Override
    public void open(UUID uuid, MdevType type, OpenContext context) {
        if (context.kvm().isEmpty()) {
            throw new VfioException(Errno.EINVAL, "this driver opens only for a virtual machine's KVM");
        }
    }
}
