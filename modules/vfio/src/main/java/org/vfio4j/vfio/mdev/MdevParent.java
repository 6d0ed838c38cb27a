/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.BusDevice;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.VendorGuard;

/** A parent that is registered with the mdev core: a vendor driver with what it said of itself. Safe for use by many threads. */
public final class MdevParent {
    private final MdevDriver driver;
    private final VendorGuard guard;
    private final String driverName;
    private final Optional<String> driverVersion;
    private final ParentDevice device;
    private final String attributeGroup;
    private final Map<String, Offer> types = new LinkedHashMap<>();

    private final ReadWriteLock registration = new ReentrantReadWriteLock();
    private boolean registered = true;

    /** A type, what its devices can do, which of their attributes can be written, and what their states are called. */
    private record Offer(
            MdevType type,
            DeviceFeatures features,
            Set<String> writable,
            Optional<MigrationVersion> migrationVersion) {}

    /**
     * Asks the driver who it is.
     *
     * @throws VfioException EINVAL for names that cannot be directories, and for two types of one id
     */
    MdevParent(MdevDriver driver, VendorGuard guard) {
        this.driver = driver;
        this.guard = guard;
        this.driverName = guard.call("name", driver::name);
        this.driverVersion = guard.call("hostDriverVersion", driver::hostDriverVersion);
        this.device = guard.call("parent", driver::parent);
        this.attributeGroup = guard.call("attributeGroup", driver::attributeGroup);
        BusDevice.requireName(driverName);
        if (!attributeGroup.isEmpty()) {
            BusDevice.requireName(attributeGroup);
        }
        for (MdevType type : guard.call("types", () -> List.copyOf(driver.types()))) {
            BusDevice.requireName(type.id());
            Set<String> writable = guard.call("writableAttributes", () -> Set.copyOf(driver.writableAttributes(type)));
            writable.forEach(BusDevice::requireName);
            Offer offer = new Offer(
                    type,
                    guard.call("features", () -> driver.features(type)),
                    writable,
                    guard.call("migrationVersion", () -> driver.migrationVersion(type)));
            if (types.putIfAbsent(type.id(), offer) != null) {
                throw new VfioException(Errno.EINVAL, driverName + " has two types " + type.id());
            }
        }
    }

    /** The name of its directory, by which it is found. */
    public String name() {
        return device.name();
    }

    /** The vendor driver's name. */
    public String driverName() {
        return driverName;
    }

    /** The vendor driver's version, where it tells one. */
    public Optional<String> driverVersion() {
        return driverVersion;
    }

    /** The device that it is. */
    public ParentDevice device() {
        return device;
    }

    /** Its types, in the driver's order. */
    public List<MdevType> types() {
        return types.values().stream().map(Offer::type).toList();
    }

    /** The type of that id. */
    public Optional<MdevType> type(String id) {
        return Optional.ofNullable(types.get(id)).map(Offer::type);
    }

    /** What devices of one of its types can do. */
    public DeviceFeatures features(MdevType type) {
        return offer(type).features();
    }

    /** What its driver calls the states of one of its types' devices. */
    public Optional<MigrationVersion> migrationVersion(MdevType type) {
        return offer(type).migrationVersion();
    }

    /**
     * Has its driver judge whether it would load a state.
     *
     * @param version what the driver that saved it calls it
     * @return false also for what no driver can have called one
     * @throws org.vfio4j.linux.ErrnoException EIO, ETIMEDOUT for a driver that fails
     */
    public boolean acceptsMigrationVersion(MdevType type, String version) {
        offer(type);
        return version.length() <= MigrationVersion.MAX_LENGTH
                && guard.call("acceptsMigrationVersion", () -> driver.acceptsMigrationVersion(type, version));
    }

    /** The directory of its devices' attributes, {@link MdevDriver#attributeGroup}. */
    public String attributeGroup() {
        return attributeGroup;
    }

    /** Which attributes of devices of one of its types can be written. */
    public Set<String> writableAttributes(MdevType type) {
        return offer(type).writable();
    }

    private Offer offer(MdevType type) {
        Offer offer = types.get(type.id());
        if (offer == null) {
            throw new VfioException(Errno.ENODEV, "parent " + name() + " has no type " + type.id());
        }
        return offer;
    }

    /**
     * How many more devices of this type can be made now.
     *
     * @throws org.vfio4j.linux.ErrnoException EIO if the driver fails or answers a negative number
     */
    public int availableInstances(MdevType type) {
        int available = guard.call("availableInstances", () -> driver.availableInstances(type));
        if (available < 0) {
            throw new VfioException(Errno.EIO, driverName + " answers " + available + " available instances");
        }
        return available;
    }

    /** Makes something of it, while it is registered: ENODEV once it is not. */
    <T> T whileRegistered(Supplier<T> action) {
        registration.readLock().lock();
        try {
            if (!registered) {
                throw new VfioException(Errno.ENODEV, "parent " + name() + " is gone");
            }
            return action.get();
        } finally {
            registration.readLock().unlock();
        }
    }

    /** When it is false, nothing is being made of it any more. */
    void setRegistered(boolean isRegistered) {
        registration.writeLock().lock();
        try {
            registered = isRegistered;
        } finally {
            registration.writeLock().unlock();
        }
    }

    MdevDriver driver() {
        return driver;
    }

    @Override
    public String toString() {
        return name();
    }
}
