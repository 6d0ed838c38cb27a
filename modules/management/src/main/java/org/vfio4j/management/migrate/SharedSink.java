/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.lang.foreign.MemorySegment;

/** A device's state in memory that the destination sees too: it takes what is there while the next is read. */
final class SharedSink extends StateSink {
    private final SharedFrames frames;
    private int next;
    private int taken;

    /** The frames are this one's from now on. */
    SharedSink(Wire wire, SharedFrames frames) {
        super(wire);
        this.frames = frames;
    }

    @Override
    public MemorySegment room() {
        awaitFree(1);
        return frames.frame(next);
    }

    @Override
    void sendRoom(int count) {
        wire().send(new Message.Shared(next, count));
        next = (next + 1) % SharedFrames.COUNT;
        taken++;
    }

    @Override
    void flush() {
        awaitFree(SharedFrames.COUNT);
    }

    /** They are freed in the order in which they were filled. */
    private void awaitFree(int count) {
        while (SharedFrames.COUNT - taken < count) {
            wire().receive(Message.Freed.class);
            taken--;
        }
    }

    @Override
    public void close() {
        frames.close();
    }
}
