/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.nio.channels.ByteChannel;

/** Reaches other hosts. */
public interface Connector {
    /**
     * A connection to a host that takes devices.
     *
     * @param peer what the user called it, as a {@link JournalEntry} keeps it
     * @throws org.vfio4j.linux.ErrnoException if it cannot be reached, or is not who it should be
     */
    ByteChannel connect(String peer);

    /** Whether that host is a process of this machine, which may see memory of this one. */
    default boolean isWithinMachine(String peer) {
        return false;
    }
}
