/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.lang.foreign.MemorySegment;
import org.vfio4j.vfio.migration.StateSender;

/** A device's state over a connection: what was read is sent while the next is read. Nothing else is sent meanwhile. */
final class StateSink implements StateSender.Sink, AutoCloseable {
    private final Wire wire;
    private final Lane lane;
    private Wire.Frame filled;
    private Wire.Frame other;
    private long sent;

    StateSink(Wire wire, String name) {
        this.wire = wire;
        this.lane = new Lane(name);
        this.filled = new Wire.Frame();
        this.other = new Wire.Frame();
    }

    @Override
    public MemorySegment room() {
        return filled.room();
    }

    @Override
    public void send(int count) {
        Wire.Frame frame = filled;
        lane.hand(() -> wire.send(frame, count));
        sent += count;
        filled = other;
        other = frame;
    }

    @Override
    public void await() {
        lane.await();
        wire.send(new Message.Round(sent));
        long arrived = wire.receive(Message.Received.class).bytes();
        if (arrived != sent) {
            throw new MigrateException("protocol", sent + " bytes were sent, and " + arrived + " have arrived");
        }
    }

    /** All has been sent. */
    void end() {
        lane.await();
        wire.send(new Message.End(sent));
    }

    @Override
    public void close() {
        lane.close();
    }
}
