/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.lang.foreign.MemorySegment;

/** A device's state over a connection: what was read is sent while the next is read. */
final class SocketSink extends StateSink {
    private final Lane lane;
    private Wire.Frame filled = new Wire.Frame();
    private Wire.Frame other = new Wire.Frame();

    /**
     * @param name of the thread that sends
     */
    SocketSink(Wire wire, String name) {
        super(wire);
        this.lane = new Lane(name);
    }

    @Override
    public MemorySegment room() {
        return filled.room();
    }

    @Override
    void sendRoom(int count) {
        Wire.Frame frame = filled;
        lane.hand(() -> wire().send(frame, count));
        filled = other;
        other = frame;
    }

    @Override
    void flush() {
        lane.await();
    }

    @Override
    public void close() {
        lane.close();
    }
}
