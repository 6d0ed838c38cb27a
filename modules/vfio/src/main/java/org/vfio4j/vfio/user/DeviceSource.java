/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/**
 * Where a server's client gets the device from: it is opened when a client first uses it and released when that client is gone.
 *
 * <p>No server resets a device by itself: what a client left in it, the next one finds. The client resets it, or whoever wants it as new makes
 * a new one.
 */
@FunctionalInterface
public interface DeviceSource {
    /**
     * Opens the device for a client.
     *
     * @throws ErrnoException whose error number the client is answered, EBUSY if somebody else has the device
     */
    VfioDevice open();

    /**
     * The device as its display has it, beside the client that has it open; closing it leaves the device alone.
     *
     * @throws ErrnoException EOPNOTSUPP where that is not offered
     */
    default VfioDevice display() {
        throw new VfioException(Errno.EOPNOTSUPP, "the device has no display beside its client");
    }

    /** What is told of the device in the handshake, also while somebody has it; nothing if it is not known without opening it. */
    default Offer offer() {
        return Offer.NONE;
    }

    /** Takes back what {@link #open} gave. No interrupt is installed any more and no memory mapped. */
    default void release(VfioDevice device) {
        device.close();
    }

    /** One device that stays open between clients, with what they left in it. */
    static DeviceSource of(VfioDevice device) {
        Offer offer = Offer.of(device);
        return new DeviceSource() {
            @Override
            public Offer offer() {
                return offer;
            }

            @Override
            public VfioDevice open() {
                return device;
            }

            @Override
            public void release(VfioDevice released) {}
        };
    }
}
