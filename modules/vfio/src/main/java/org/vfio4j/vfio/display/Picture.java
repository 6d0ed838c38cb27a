/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import java.util.concurrent.atomic.AtomicInteger;
import org.vfio4j.linux.Mapping;

/**
 * A picture in memory of its own, laid out as its device has it. Many threads may read it while one goes on copying into it: what they read of a
 * part that changes meanwhile is some of the old and some of the new, and they hear of the change afterwards. The memory goes when the last one
 * who holds the picture lets it go.
 */
public final class Picture implements AutoCloseable {
    private final Mapping memory;
    private final AtomicInteger holders = new AtomicInteger(1);
    private final Frame frame;

    private Picture(int width, int height, int stride, PixelFormat format, long bytes) {
        this.memory = Mapping.anonymous(bytes);
        this.frame = new Frame(width, height, stride, format, memory.segment());
    }

    /** A copy of what a device shows, held by the caller. */
    static Picture copy(Frame of) {
        Picture picture = new Picture(
                of.width(), of.height(), of.stride(), of.format(), of.pixels().byteSize());
        picture.frame.pixels().copyFrom(of.pixels());
        return picture;
    }

    /** A black one, held by the caller. */
    public static Picture black(int width, int height) {
        int stride = width * PixelFormat.XRGB8888.bytes();
        return new Picture(width, height, stride, PixelFormat.XRGB8888, (long) stride * height);
    }

    /** Its pixels, as long as it is held. */
    public Frame frame() {
        return frame;
    }

    public int width() {
        return frame.width();
    }

    public int height() {
        return frame.height();
    }

    /** Holds it once more, for somebody who closes it; only for who knows that it is held. */
    public Picture hold() {
        holders.incrementAndGet();
        return this;
    }

    /** Lets it go, once for every hold. */
    @Override
    public void close() {
        if (holders.decrementAndGet() == 0) {
            memory.close();
        }
    }
}
