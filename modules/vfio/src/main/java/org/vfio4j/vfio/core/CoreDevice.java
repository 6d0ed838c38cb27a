/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/** A device that is registered with the core: what the core knows of it, without asking it. Safe for use by many threads. */
public final class CoreDevice {
    private static final int MAX_VERSION = 255;

    private final VfioCore core;
    private final BusDevice device;
    private final Group group;
    private final int index;
    private final DeviceFeatures features;
    private final VendorGuard guard;
    private final DeviceOps ops;
    private final DeviceFacts facts;
    private final Optional<String> hostDriverVersion;
    private final GuestVersion guestVersion;
    private final GuardedDevice guarded;

    /** Held while a vendor's open or close runs; the count changes under it. */
    private final ReentrantLock use = new ReentrantLock();

    private final Condition closed = use.newCondition();
    private final CountDownLatch announced = new CountDownLatch(1);
    private boolean vendorOpen;
    private final AtomicInteger openCount = new AtomicInteger();
    private volatile boolean leaving;

    /** The guest driver's version, as the vendor's driver reports it. */
    static final class GuestVersion implements DeviceReport {
        private volatile String version = "";

        @Override
        public void guestDriverVersion(String told) {
            boolean printable = told.chars().allMatch(c -> c >= ' ' && c <= '~');
            if (told.length() > MAX_VERSION || !printable) {
                throw new VfioException(Errno.EINVAL, "a guest driver's version of " + told.length() + " characters");
            }
            version = told;
        }
    }

    /** What a vendor's driver gave for a device. */
    record Vendor(
            DeviceOps ops,
            VfioDevice device,
            DeviceFacts facts,
            Optional<String> hostDriverVersion,
            GuestVersion guestVersion) {}

    CoreDevice(
            VfioCore core,
            BusDevice device,
            Group group,
            int index,
            DeviceFeatures features,
            VendorGuard guard,
            Vendor vendor) {
        this.core = core;
        this.device = device;
        this.group = group;
        this.index = index;
        this.features = features;
        this.guard = guard;
        this.ops = vendor.ops();
        this.facts = vendor.facts();
        this.hostDriverVersion = vendor.hostDriverVersion();
        this.guestVersion = vendor.guestVersion();
        this.guarded = new GuardedDevice(vendor.device(), guard, core.bound().toNanos());
    }

    /** dev_name. */
    public String name() {
        return device.name();
    }

    /** What it is on its bus. */
    public BusDevice busDevice() {
        return device;
    }

    public Group group() {
        return group;
    }

    /** The number N of its {@code vfio-dev/vfioN}. */
    public int index() {
        return index;
    }

    /** What its vendor's driver registered it with. */
    public DeviceFeatures features() {
        return features;
    }

    /** Empty where the driver tells none. */
    public Optional<String> hostDriverVersion() {
        return hostDriverVersion;
    }

    /** What the guest's driver last reported; empty text before. */
    public String guestDriverVersion() {
        return guestVersion.version;
    }

    /** How many descriptors of it are open. A query does not count. */
    public int openCount() {
        return openCount.get();
    }

    /** Whether its driver has not come back from a call. */
    public boolean hangs() {
        return guard.hangs();
    }

    /** For the bus drivers' own attributes of the device: calls its driver as the core does. */
    public VendorGuard guard() {
        return guard;
    }

    /**
     * The device as its display has it, beside the user who has it open: the plane and its memory to look at, and the monitor. Nothing that it
     * can do disturbs the user; without one it is ENODEV.
     */
    public VfioDevice display() {
        return new DisplayDevice(guarded, () -> openCount.get() > 0);
    }

    boolean isLeaving() {
        return leaving;
    }

    DeviceFacts facts() {
        return facts;
    }

    /** The first open is the vendor's; the group has counted this one already. */
    OpenDevice open(OpenContext context) {
        lockUse(core.bound());
        try {
            if (leaving) {
                throw new VfioException(Errno.ENODEV, name() + " is being removed");
            }
            if (openCount.get() == 0) {
                closeVendor();
                guard.call(
                        "open",
                        () -> {
                            ops.open(context);
                            return true;
                        },
                        late -> ops.close());
            }
            vendorOpen = true;
            openCount.incrementAndGet();
        } finally {
            use.unlock();
        }
        return new Descriptor(context.mode());
    }

    private void closeOne() {
        use.lock();
        try {
            if (openCount.decrementAndGet() == 0) {
                closed.signalAll();
                closeVendor();
            }
        } finally {
            use.unlock();
            core.deviceClosed(group);
        }
    }

    /** A close that failed, as of a driver that hung, is made up for before the next open. */
    private void closeVendor() {
        if (vendorOpen) {
            inDevice(() -> {
                guarded.forgetDma();
                guard.run("close", ops::close);
            });
            vendorOpen = false;
        }
    }

    /**
     * Takes the device away once nobody has it open; while it waits, nobody can find it.
     *
     * @param lastUse runs when nobody can open it any more
     * @throws VfioException ENODEV if somebody else does that; EBUSY, and it is as before, if the bound passes
     */
    void leave(Duration bound, Runnable lastUse) {
        synchronized (core.lock()) {
            if (leaving) {
                throw new VfioException(Errno.ENODEV, name() + " is being removed");
            }
            leaving = true;
        }
        try {
            lastUse.run();
            awaitClosed(bound);
        } catch (ErrnoException e) {
            leaving = false;
            throw e;
        }
    }

    /** Its listeners know of it. */
    void announce() {
        announced.countDown();
    }

    /** So that none hears of its end before its begin. */
    void awaitAnnounced() {
        boolean interrupted = false;
        while (true) {
            try {
                announced.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets the vendor's driver give back what the device held. */
    void remove() {
        inDevice(() -> guard.runOnce("remove", ops::remove));
    }

    /** When no user's thread is still in the device. */
    private void inDevice(Runnable action) {
        guarded.locked(() -> {
            action.run();
            return true;
        });
    }

    private void awaitClosed(Duration bound) {
        long left = bound.toNanos();
        lockUse(bound);
        try {
            while (openCount.get() > 0) {
                if (left <= 0) {
                    throw busy();
                }
                left = closed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VfioException(Errno.EINTR, "interrupted while " + name() + " is open");
        } finally {
            use.unlock();
        }
    }

    private void lockUse(Duration bound) {
        try {
            if (!use.tryLock(bound.toNanos(), TimeUnit.NANOSECONDS)) {
                throw busy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VfioException(Errno.EINTR, "interrupted while " + name() + " is opened or closed");
        }
    }

    private VfioException busy() {
        return new VfioException(Errno.EBUSY, name() + " is open");
    }

    /** One descriptor of the device. */
    private final class Descriptor extends ForwardingDevice implements OpenDevice {
        private final OpenMode mode;
        private final VfioDevice target;
        private final AtomicBoolean open = new AtomicBoolean(true);

        Descriptor(OpenMode mode) {
            this.mode = mode;
            this.target = mode == OpenMode.READ_ONLY ? new ReadOnlyDevice(guarded) : guarded;
        }

        @Override
        VfioDevice target() {
            if (!open.get()) {
                throw new VfioException(Errno.EBADF, device.name() + " is closed");
            }
            return target;
        }

        @Override
        public String name() {
            return device.name();
        }

        @Override
        public OpenMode mode() {
            return mode;
        }

        @Override
        public void probeFeatures(MemorySegment argument) {
            target();
            features.answer(argument);
        }

        @Override
        public void close() {
            if (open.getAndSet(false)) {
                closeOne();
            }
        }
    }
}
