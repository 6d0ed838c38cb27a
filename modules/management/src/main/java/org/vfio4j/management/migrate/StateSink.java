/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import org.vfio4j.vfio.migration.StateSender;

/** A device's state on its way to another host. Nothing else is sent on the connection meanwhile. */
abstract sealed class StateSink implements StateSender.Sink, AutoCloseable permits SocketSink, SharedSink {
    private final Wire wire;
    private long sent;

    StateSink(Wire wire) {
        this.wire = wire;
    }

    final Wire wire() {
        return wire;
    }

    @Override
    public final void send(int count) {
        sendRoom(count);
        sent += count;
    }

    /** Takes the first {@code count} bytes of the room. */
    abstract void sendRoom(int count);

    /** Returns when all of it has gone. */
    abstract void flush();

    @Override
    public final void await() {
        flush();
        wire.send(new Message.Round(sent));
        long arrived = wire.receive(Message.Received.class).bytes();
        if (arrived != sent) {
            throw new MigrateException("protocol", sent + " bytes were sent, and " + arrived + " have arrived");
        }
    }

    /** All has been sent. */
    final void end() {
        flush();
        wire.send(new Message.End(sent));
    }

    @Override
    public abstract void close();
}
