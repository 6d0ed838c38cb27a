/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/**
 * A client's hold on the device, from its first request that needs one to its end. One client at a time: the others are told EBUSY. Whatever a
 * client leaves behind is taken away when it goes.
 */
final class Attachment implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Attachment.class.getName());

    /** How long a client waits for the one before it to be cleaned up after: less than QEMU waits for an answer. */
    private static final Duration HANDOVER = Duration.ofSeconds(1);

    private final DeviceSource source;
    private final Semaphore free;
    private @Nullable VfioDevice device;
    private volatile boolean hasDevice;
    private boolean isDisplay;

    /**
     * @param free one permit, which the server's client that has the device holds
     */
    Attachment(DeviceSource source, Semaphore free) {
        this.source = source;
        this.free = free;
    }

    /** The device, opened at the first call. */
    VfioDevice device() {
        VfioDevice held = device;
        if (held == null) {
            held = open();
            device = held;
            hasDevice = true;
        }
        return held;
    }

    /** Whether it is opened; other threads may ask too. */
    boolean hasDevice() {
        return hasDevice;
    }

    /** What the device offers, without opening it. */
    Offer offer() {
        return source.offer();
    }

    /** The client is the device's display, and takes it from nobody. */
    void beDisplay() {
        isDisplay = true;
    }

    private VfioDevice open() {
        if (isDisplay) {
            return source.display();
        }
        take();
        try {
            return source.open();
        } catch (Throwable e) {
            free.release();
            throw e;
        }
    }

    @Override
    public void close() {
        VfioDevice held = device;
        if (held == null) {
            return;
        }
        device = null;
        if (isDisplay) {
            held.close();
            return;
        }
        try {
            removeEventfds(held);
            unmap(held);
            source.release(held);
        } finally {
            free.release();
        }
    }

    /** Whoever had the device before may be on the way out. */
    private void take() {
        try {
            if (free.tryAcquire(HANDOVER.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new VfioException(Errno.EBUSY, "another client has the device");
    }

    private static void unmap(VfioDevice device) {
        try {
            device.unmapDma(IovaRange.ALL);
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.WARNING, "a client''s memory stays mapped: {0}", e.getMessage());
        }
    }

    /** An index that has none refuses that, which is as well. */
    private static void removeEventfds(VfioDevice device) {
        int indexes;
        try {
            indexes = device.info().irqs();
        } catch (ErrnoException e) {
            indexes = IrqInfo.PCI_IRQS;
        }
        for (int index = 0; index < indexes; index++) {
            try {
                device.setIrqs(IrqRequest.disable(index));
            } catch (ErrnoException e) {
                // not offered, or nothing installed
            }
        }
    }
}
