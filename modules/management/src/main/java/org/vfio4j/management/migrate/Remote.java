/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.util.UUID;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;

/** The source's side of connections: makes them, and asks what is no move. */
final class Remote {
    private final Connector connector;
    private final Message.Hello hello;

    /**
     * @param hello of this host
     */
    Remote(Connector connector, Message.Hello hello) {
        this.connector = connector;
        this.hello = hello;
    }

    /** A connection on which both sides have greeted. */
    Wire connect(String peer) {
        Wire wire = new Wire(connector.connect(peer));
        try {
            wire.send(hello);
            Message.Hello theirs = wire.receive(Message.Hello.class);
            if (theirs.protocol() != Message.PROTOCOL) {
                throw new RefusedException(
                        Errno.EOPNOTSUPP,
                        theirs.host() + " speaks version " + theirs.protocol() + " of the protocol, not "
                                + Message.PROTOCOL,
                        "Use the same release of vfio4j on both hosts; there it is " + theirs.version() + ".");
            }
            return wire;
        } catch (RuntimeException e) {
            wire.close();
            throw e;
        }
    }

    boolean isWithinMachine(String peer) {
        return connector.isWithinMachine(peer);
    }

    /** A snapshot of that host. */
    byte[] facts(String peer) {
        try (Wire wire = connect(peer)) {
            wire.send(new Message.Ask());
            return MessageJson.write(wire.receive(Message.Facts.class));
        }
    }

    /** Whether it has taken the device; if it has not, it never will. */
    boolean hasTaken(String peer, UUID id) {
        try (Wire wire = connect(peer)) {
            wire.send(new Message.Resolve(id));
            return wire.receive(Message.Outcome.class).taken();
        }
    }

    /** It need not remember a move any longer. */
    void forget(String peer, UUID id) {
        try (Wire wire = connect(peer)) {
            forget(wire, id);
        }
    }

    static void forget(Wire wire, UUID id) {
        wire.send(new Message.Forget(id));
        wire.receive(Message.Forgotten.class);
    }
}
