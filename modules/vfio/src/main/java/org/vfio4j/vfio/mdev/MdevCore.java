/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.Bus;
import org.vfio4j.vfio.core.BusDevice;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.CoreListener;
import org.vfio4j.vfio.core.DeviceOps;
import org.vfio4j.vfio.core.DeviceReport;
import org.vfio4j.vfio.core.OpenContext;
import org.vfio4j.vfio.core.Query;
import org.vfio4j.vfio.core.VfioCore;

/**
 * The kernel's mdev core and its bus driver in a process: vendor drivers register parents, users make and remove devices of their types.
 * Error numbers are the kernel's. Safe for use by many threads.
 */
public final class MdevCore {
    private final VfioCore core;
    private final Map<String, MdevParent> parents = new ConcurrentSkipListMap<>();
    private final Map<String, Kin> kin = new ConcurrentHashMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /** Where a device belongs; there before the device is found in the core, and until after it is gone. */
    private record Kin(UUID uuid, MdevParent parent, MdevType type) {
        MdevDevice with(CoreDevice device) {
            return new MdevDevice(uuid, parent, type, device);
        }
    }

    /** Hears of mediated devices that come and go. */
    public interface Listener {
        void added(MdevDevice device);

        void removed(MdevDevice device);
    }

    /** Without parents. */
    public MdevCore(VfioCore core) {
        this.core = core;
        core.listen(new Kinship());
    }

    /** With the parents of these drivers. */
    public MdevCore(VfioCore core, Collection<MdevDriver> drivers) {
        this(core);
        drivers.forEach(this::addParent);
    }

    /** The drivers of the installed packages. */
    public static List<MdevDriver> installed() {
        return ServiceLoader.load(MdevDriver.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /** The drivers of the installed packages that a host has only where they are asked for. */
    public static List<RequestedDriver> onRequest() {
        return ServiceLoader.load(RequestedDriver.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /** The VFIO core that its devices are in. */
    public VfioCore core() {
        return core;
    }

    /**
     * Registers a parent: the kernel's mdev_register_parent.
     *
     * @throws ErrnoException EEXIST if there is one of that name; EINVAL for names that sysfs cannot have; EIO, ETIMEDOUT for a driver that
     *     fails
     */
    public MdevParent addParent(MdevDriver driver) {
        MdevParent parent = new MdevParent(driver, core.guard(driver.getClass().getName()));
        if (parents.putIfAbsent(parent.name(), parent) != null) {
            throw new VfioException(Errno.EEXIST, "there is a parent " + parent.name());
        }
        return parent;
    }

    /**
     * Takes a parent away with all its devices: the kernel's mdev_unregister_parent.
     *
     * @throws ErrnoException ENODEV if there is none; EBUSY if a device of it is still open when {@code bound} has passed, and then the parent
     *     stays with the devices that are left
     */
    public void removeParent(String name, Duration bound) {
        MdevParent parent = requireParent(name);
        parent.setRegistered(false);
        try {
            for (MdevDevice device : devices(parent)) {
                remove(device.uuid().toString(), bound);
            }
        } catch (ErrnoException e) {
            parent.setRegistered(true);
            throw e;
        }
        parents.remove(name, parent);
    }

    /** The parents by name. */
    public List<MdevParent> parents() {
        return List.copyOf(parents.values());
    }

    /** The parent of that name. */
    public Optional<MdevParent> parent(String name) {
        return Optional.ofNullable(parents.get(name));
    }

    /** All devices, in the order of their vfio numbers. */
    public List<MdevDevice> devices() {
        return core.devices().stream().map(this::of).flatMap(Optional::stream).toList();
    }

    /** The devices of a parent. */
    public List<MdevDevice> devices(MdevParent parent) {
        return devices().stream().filter(device -> device.parent() == parent).toList();
    }

    /** The devices of a parent that are of a type. */
    public List<MdevDevice> devices(MdevParent parent, MdevType type) {
        return devices(parent).stream()
                .filter(device -> device.type().equals(type))
                .toList();
    }

    /** The device of that UUID, in lower case, unless it is being removed. */
    public Optional<MdevDevice> device(String uuid) {
        Kin found = kin.get(uuid);
        return found == null ? Optional.empty() : core.device(uuid).map(found::with);
    }

    /**
     * Makes a device, as a write to its type's {@code create} attribute does.
     *
     * @param uuid in its form of 36 characters, in either case; in the tree it is lower case
     * @throws ErrnoException EINVAL if it is none; ENODEV if there is no such parent or type; EEXIST if there is such a device, in whichever
     *     parent; what the vendor's driver answers, such as ENOSPC
     */
    public MdevDevice create(String parent, String type, String uuid) {
        MdevParent at = requireParent(parent);
        MdevType of = at.type(type)
                .orElseThrow(() -> new VfioException(Errno.ENODEV, "parent " + parent + " has no type " + type));
        return create(at, of, Uuids.parse(uuid));
    }

    /** The same. */
    public MdevDevice create(MdevParent parent, MdevType type, UUID uuid) {
        return parent.whileRegistered(() -> createNow(parent, type, uuid));
    }

    private MdevDevice createNow(MdevParent parent, MdevType type, UUID uuid) {
        String name = uuid.toString();
        Kin made = new Kin(uuid, parent, type);
        if (kin.putIfAbsent(name, made) != null) {
            throw new VfioException(Errno.EEXIST, "there is a device " + name);
        }
        try {
            BusDevice device = new BusDevice(Bus.MDEV, name, parent.device().path() + "/" + name, parent.driverName());
            return made.with(core.addGroupDevice(device, report -> new Ops(made, report), parent.features(type)));
        } catch (Throwable e) {
            kin.remove(name, made);
            throw e;
        }
    }

    /**
     * Removes a device, as a write to its {@code remove} attribute does.
     *
     * @param bound how long to wait while it is open
     * @throws ErrnoException ENODEV if there is none; EBUSY, and it is as before, if it is still open then
     */
    public void remove(String uuid, Duration bound) {
        remove(uuid, bound, () -> {});
    }

    /**
     * The same for somebody who has it open.
     *
     * @param lastUse runs once nobody can open it any more: the place to close it
     */
    public void remove(String uuid, Duration bound, Runnable lastUse) {
        if (!kin.containsKey(uuid)) {
            throw new VfioException(Errno.ENODEV, "there is no mediated device " + uuid);
        }
        core.removeGroupDevice(uuid, bound, lastUse);
    }

    /** Tells {@code listener} of devices from now on, until the answer is closed. */
    public VfioCore.Subscription listen(Listener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** What the VFIO core tells: that a device is gone is known here last, so that its UUID is free only when all have heard of it. */
    private final class Kinship implements CoreListener {
        @Override
        public void added(CoreDevice device) {
            of(device).ifPresent(added -> listeners.forEach(listener -> listener.added(added)));
        }

        @Override
        public void removed(CoreDevice device) {
            try {
                of(device).ifPresent(removed -> listeners.forEach(listener -> listener.removed(removed)));
            } finally {
                kin.remove(device.name());
            }
        }
    }

    /** What the VFIO core calls for one device. */
    private static final class Ops implements DeviceOps {
        private final Kin kin;
        private final MdevDriver driver;
        private final VfioDevice device;

        Ops(Kin kin, DeviceReport report) {
            this.kin = kin;
            this.driver = kin.parent().driver();
            this.device = driver.create(kin.uuid(), kin.type(), report);
        }

        @Override
        public VfioDevice device() {
            return device;
        }

        @Override
        public void open(OpenContext context) {
            driver.open(kin.uuid(), kin.type(), context);
        }

        @Override
        public void close() {
            driver.close(kin.uuid(), kin.type());
        }

        @Override
        public Set<Query.Kind> queriesWithoutOpen() {
            return driver.queriesWithoutOpen(kin.type());
        }

        @Override
        public Optional<String> hostDriverVersion() {
            return kin.parent().driverVersion();
        }

        @Override
        public void remove() {
            device.close();
        }
    }

    private Optional<MdevDevice> of(CoreDevice device) {
        return Optional.ofNullable(kin.get(device.name())).map(found -> found.with(device));
    }

    private MdevParent requireParent(String name) {
        return parent(name).orElseThrow(() -> new VfioException(Errno.ENODEV, "there is no parent " + name));
    }
}
