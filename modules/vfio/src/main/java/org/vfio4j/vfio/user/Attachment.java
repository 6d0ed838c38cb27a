/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.util.concurrent.atomic.AtomicBoolean;
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

    private final DeviceSource source;
    private final AtomicBoolean taken;
    private @Nullable VfioDevice device;

    /**
     * @param taken whether some client of the server has the device; shared by all of them
     */
    Attachment(DeviceSource source, AtomicBoolean taken) {
        this.source = source;
        this.taken = taken;
    }

    /** The device, opened at the first call. */
    VfioDevice device() {
        VfioDevice held = device;
        if (held == null) {
            held = open();
            device = held;
        }
        return held;
    }

    private VfioDevice open() {
        if (!taken.compareAndSet(false, true)) {
            throw new VfioException(Errno.EBUSY, "another client has the device");
        }
        try {
            return source.open();
        } catch (Throwable e) {
            taken.set(false);
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
        try {
            removeEventfds(held);
            unmap(held);
            source.release(held);
        } finally {
            taken.set(false);
        }
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
