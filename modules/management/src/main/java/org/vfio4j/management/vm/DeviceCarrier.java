/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.vm;

import java.nio.file.Path;
import java.util.Optional;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.rule.Facts;

/** How a device's state gets from the host that serves it to the machine's new host, in such a way that it can be taken back. */
public interface DeviceCarrier {
    /** The name of the device, at its host, that is served on a socket; empty if this host serves none there. */
    Optional<String> serves(Path socket);

    /** Where the source's QEMU finds a device's socket. */
    Path socket(String device);

    /** What is known of a device and of its place at the destination, for the rules: facts that begin with {@code device.} and {@code destination.}. */
    void describe(String device, Facts.Builder facts);

    /**
     * Makes a copy of a device at the destination, which has its state. The device itself stays as it is.
     *
     * @throws ErrnoException why not; then nothing is left at the destination
     */
    Carried carry(String device);

    /** A device that is at both hosts. One of the two goes. */
    interface Carried {
        /** Where the destination's QEMU finds its socket. */
        Path socket();

        /** The machine is there: the device at the source goes. */
        void settle();

        /** The machine stays: the copy goes. */
        void drop();
    }
}
