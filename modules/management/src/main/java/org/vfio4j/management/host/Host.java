/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import java.util.Optional;
import org.vfio4j.vfio.VfioDevice;

/** A host whose devices can be listed and, where it is this machine or a process on it, opened. */
public interface Host extends AutoCloseable {
    /** {@code kernel}, {@code user} or {@code tree}: what JSON calls it. */
    String kind();

    /** The machine that it is on, or that its tree was captured on. */
    Machine machine();

    /** Reads the parents and their types only: an inventory without devices. */
    Inventory types();

    /** Reads what is there now, opening nothing. */
    Inventory inventory();

    /** The device of that name even if it is no VFIO device yet, such as a PCI function that another driver has. */
    Optional<HostDevice> find(String name);

    /**
     * Opens a device for its only user; closing it gives everything back.
     *
     * @throws org.vfio4j.vfio.OpenException which step failed, with which error number
     */
    VfioDevice open(HostDevice device);

    @Override
    void close();
}
