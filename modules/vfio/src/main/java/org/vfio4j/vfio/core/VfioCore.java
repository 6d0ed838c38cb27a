/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.time.Duration;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.OpenException.Step;
import org.vfio4j.vfio.VfioException;

/**
 * The kernel's VFIO core in a process: bus drivers register devices with it, which puts them into groups; users open a group, put it into a
 * container and get the device. Error numbers are the kernel's. Safe for use by many threads; no vendor's code runs under its lock.
 */
public final class VfioCore implements AutoCloseable {
    /** How long a vendor's driver may take for a call where nothing else is said. */
    public static final Duration VENDOR_BOUND = Duration.ofSeconds(10);

    private final Object lock = new Object();
    private final NodeAccess nodes;
    private final VendorThreads vendors;
    private final Set<String> names = new HashSet<>();
    private final Map<String, CoreDevice> devices = new ConcurrentHashMap<>();
    private final Map<Integer, CoreDevice> numbered = new ConcurrentSkipListMap<>();
    private final Map<Bus, Map<String, CoreDevice>> buses = new EnumMap<>(Bus.class);
    private final Map<Integer, Group> groups = new TreeMap<>();
    private final BitSet groupNumbers = new BitSet();
    private final BitSet deviceNumbers = new BitSet();
    private final List<CoreListener> listeners = new CopyOnWriteArrayList<>();

    /** A core whose groups belong to this process's user. */
    public VfioCore() {
        this(NodeAccess.ownedBy(Credentials.ofThisProcess()), () -> VENDOR_BOUND);
    }

    /**
     * @param nodes owner and mode of new groups' nodes
     * @param vendorBound how long a vendor's driver may take for a call, asked at each
     */
    VfioCore(NodeAccess nodes, Supplier<Duration> vendorBound) {
        this.nodes = nodes;
        for (Bus bus : Bus.values()) {
            buses.put(bus, new ConcurrentSkipListMap<>());
        }
        this.vendors = new VendorThreads(vendorBound);
    }

    /** Registers a device in a group of its own: the kernel's vfio_add_group_dev, with the features that its vendor's driver tells. */
    public CoreDevice addGroupDevice(BusDevice device, DeviceOps ops, DeviceFeatures features) {
        return addGroupDevice(device, report -> ops, features, null);
    }

    /** The same for a device that the vendor's driver makes now, with something to report to; what it throws comes out. */
    public CoreDevice addGroupDevice(
            BusDevice device, Function<DeviceReport, DeviceOps> vendor, DeviceFeatures features) {
        return addGroupDevice(device, vendor, features, null);
    }

    /**
     * Registers a device.
     *
     * @param vendor makes the device
     * @param shared the group that it shares, null for one of its own
     * @throws ErrnoException EEXIST if there is a device of that name; else what the vendor's driver answers
     */
    public CoreDevice addGroupDevice(
            BusDevice device,
            Function<DeviceReport, DeviceOps> vendor,
            DeviceFeatures features,
            @Nullable Group shared) {
        reserve(device.name());
        try {
            VendorGuard guard = guard(device.name());
            CoreDevice.Vendor made = make(guard, vendor);
            CoreDevice added = register(device, features, guard, made, shared);
            try {
                tell("added", listener -> listener.added(added));
            } finally {
                added.announce();
            }
            return added;
        } catch (Throwable e) {
            release(device.name());
            throw e;
        }
    }

    /**
     * Takes a device away: the kernel's vfio_del_group_dev. It waits while the device is open; meanwhile nobody can find it, and its numbers
     * stay taken.
     *
     * @throws ErrnoException ENODEV if there is none of that name; EBUSY, and it is as before, if it is still open when {@code bound} has
     *     passed; what its driver's remove failed with, and then it is gone nonetheless
     */
    public void removeGroupDevice(String name, Duration bound) {
        removeGroupDevice(name, bound, () -> {});
    }

    /**
     * The same for somebody who has it open.
     *
     * @param lastUse runs once nobody can open it any more: the place to close it
     */
    public void removeGroupDevice(String name, Duration bound, Runnable lastUse) {
        CoreDevice device = devices.get(name);
        if (device == null) {
            throw new VfioException(Errno.ENODEV, "there is no device " + name);
        }
        device.leave(bound, lastUse);
        device.awaitAnnounced();
        try {
            device.remove();
        } finally {
            unregister(device);
            tell("removed", listener -> listener.removed(device));
        }
    }

    /** The device of that name, unless it is being removed. */
    public Optional<CoreDevice> device(String name) {
        return Optional.ofNullable(devices.get(name)).filter(device -> !device.isLeaving());
    }

    /** All devices that are not being removed, in the order of their vfio numbers. */
    public List<CoreDevice> devices() {
        return numbered.values().stream().filter(device -> !device.isLeaving()).toList();
    }

    /** Those of a bus, by name. */
    public List<CoreDevice> devices(Bus bus) {
        return onBus(bus).values().stream()
                .filter(device -> !device.isLeaving())
                .toList();
    }

    /** The device with the vfio number {@code index}. */
    public Optional<CoreDevice> device(int index) {
        return Optional.ofNullable(numbered.get(index)).filter(device -> !device.isLeaving());
    }

    /** The group of that number. */
    public Optional<Group> group(int number) {
        synchronized (lock) {
            return Optional.ofNullable(groups.get(number));
        }
    }

    /** All groups by number. */
    public List<Group> groups() {
        synchronized (lock) {
            return List.copyOf(groups.values());
        }
    }

    /** Opens {@code /dev/vfio/vfio}. */
    public Container openContainer() {
        return new Container(lock);
    }

    /** Opens {@code /dev/vfio/<number>} for reading and writing: ENOENT, EACCES, or EBUSY while it is open. */
    public GroupHandle openGroup(int number, Credentials user) {
        synchronized (lock) {
            Group group = require(number);
            requireAccess(group, user, group.access().mayReadAndWrite(user));
            return take(group, user);
        }
    }

    /** Opens it for queries only, which nobody's having it open prevents: ENOENT or EACCES. */
    public GroupHandle openGroupForQueries(int number, Credentials user) {
        synchronized (lock) {
            Group group = require(number);
            requireAccess(group, user, group.access().mayRead(user));
            return new GroupHandle(this, group, user, OpenMode.READ_ONLY);
        }
    }

    /** Opens a device with all that it takes: its group, a container, the IOMMU. */
    public OpenDevice open(String name, Credentials user) {
        return open(name, user, OpenMode.READ_WRITE);
    }

    /**
     * Opens a device with all that it takes; closing it closes all of it. To open it read-only, leave to read its group's node suffices.
     *
     * @throws OpenException with the step that failed and its error number
     */
    public OpenDevice open(String name, Credentials user, OpenMode mode) {
        Group group = device(name)
                .map(CoreDevice::group)
                .orElseThrow(() -> new OpenException(Step.NODE, Errno.ENODEV, "find " + name));
        String node = group.node();
        try (GroupHandle handle = step(Step.OPEN, "open " + node, () -> take(group, user, mode));
                Container container = openContainer()) {
            if (!handle.status().viable()) {
                throw new OpenException(Step.VIABLE, Errno.EPERM, "VFIO_GROUP_GET_STATUS " + node + ", not viable");
            }
            step(Step.IOMMU, "VFIO_GROUP_SET_CONTAINER " + node, () -> {
                handle.setContainer(container);
                container.setIommu(Container.TYPE1V2);
                return true;
            });
            return step(Step.DEVICE, "VFIO_GROUP_GET_DEVICE_FD " + name, () -> handle.device(name, mode));
        }
    }

    /** Tells {@code listener} of devices from now on, until the answer is closed. */
    public Subscription listen(CoreListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Ends what {@link #listen} began. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** For bus drivers: where to call a vendor's driver for what is about no device of the core. */
    public VendorGuard guard(String subject) {
        return new VendorGuard(subject, vendors);
    }

    /** Takes every device away; those still open stay with their users, and their drivers' threads end. */
    @Override
    public void close() {
        for (CoreDevice device : devices()) {
            try {
                removeGroupDevice(device.name(), Duration.ZERO);
            } catch (ErrnoException e) {
                warn("close of " + device.name(), e);
            }
        }
        vendors.close();
    }

    Object lock() {
        return lock;
    }

    Duration bound() {
        return vendors.bound();
    }

    void deviceClosed(Group group) {
        synchronized (lock) {
            group.deviceClosed();
            dropIfUnused(group);
        }
    }

    void dropIfUnused(Group group) {
        if (group.isUnused() && groups.remove(group.number(), group)) {
            groupNumbers.clear(group.number());
        }
    }

    private void reserve(String name) {
        synchronized (lock) {
            if (!names.add(name)) {
                throw new VfioException(Errno.EEXIST, "there is a device " + name);
            }
        }
    }

    private void release(String name) {
        synchronized (lock) {
            names.remove(name);
        }
    }

    private static CoreDevice.Vendor make(VendorGuard guard, Function<DeviceReport, DeviceOps> vendor) {
        CoreDevice.GuestVersion guest = new CoreDevice.GuestVersion();
        DeviceOps ops = guard.call("create", () -> vendor.apply(guest), DeviceOps::remove);
        try {
            return guard.call(
                    "registration",
                    () -> new CoreDevice.Vendor(
                            ops,
                            ops.device(),
                            DeviceFacts.of(ops.device(), ops.queriesWithoutOpen(), new AnswerCheck(guard)),
                            ops.hostDriverVersion(),
                            guest));
        } catch (ErrnoException e) {
            guard.run("remove", ops::remove);
            throw e;
        }
    }

    private CoreDevice register(
            BusDevice device,
            DeviceFeatures features,
            VendorGuard guard,
            CoreDevice.Vendor vendor,
            @Nullable Group shared) {
        synchronized (lock) {
            Group group = shared == null ? newGroup(device.bus()) : shared;
            int index = deviceNumbers.nextClearBit(0);
            deviceNumbers.set(index);
            CoreDevice added = new CoreDevice(this, device, group, index, features, guard, vendor);
            group.add(added);
            devices.put(added.name(), added);
            numbered.put(index, added);
            onBus(device.bus()).put(added.name(), added);
            return added;
        }
    }

    private Map<String, CoreDevice> onBus(Bus bus) {
        return Objects.requireNonNull(buses.get(bus));
    }

    private Group newGroup(Bus bus) {
        int number = groupNumbers.nextClearBit(0);
        groupNumbers.set(number);
        Group group = new Group(lock, number, bus, nodes);
        groups.put(number, group);
        return group;
    }

    private void unregister(CoreDevice device) {
        synchronized (lock) {
            devices.remove(device.name());
            numbered.remove(device.index());
            onBus(device.busDevice().bus()).remove(device.name());
            names.remove(device.name());
            deviceNumbers.clear(device.index());
            device.group().remove(device);
            dropIfUnused(device.group());
        }
    }

    private Group require(int number) {
        Group group = groups.get(number);
        if (group == null) {
            throw new VfioException(Errno.ENOENT, "open /dev/vfio/" + number);
        }
        return group;
    }

    private void tell(String what, Consumer<CoreListener> message) {
        for (CoreListener listener : listeners) {
            try {
                message.accept(listener);
            } catch (RuntimeException e) {
                warn(what, e);
            }
        }
    }

    private static void warn(String what, RuntimeException e) {
        System.getLogger(VfioCore.class.getName()).log(System.Logger.Level.WARNING, what, e);
    }

    private GroupHandle take(Group group, Credentials user, OpenMode mode) {
        synchronized (lock) {
            NodeAccess access = group.access();
            requireAccess(
                    group, user, mode == OpenMode.READ_ONLY ? access.mayRead(user) : access.mayReadAndWrite(user));
            return take(group, user);
        }
    }

    private GroupHandle take(Group group, Credentials user) {
        group.open();
        return new GroupHandle(this, group, user, OpenMode.READ_WRITE);
    }

    private static void requireAccess(Group group, Credentials user, boolean granted) {
        if (!granted) {
            throw new VfioException(Errno.EACCES, "open " + group.node() + " as user " + user.uid());
        }
    }

    private static <T> T step(Step step, String evidence, Supplier<T> action) {
        try {
            return action.get();
        } catch (OpenException e) {
            throw e;
        } catch (ErrnoException e) {
            OpenException failed = new OpenException(step, e.errno(), evidence);
            failed.initCause(e);
            throw failed;
        }
    }
}
