/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import java.lang.foreign.MemorySegment;

/**
 * What a device shows now: a view of its memory, in which its guest may be drawing. It is good until the next look at the {@link Scanout} that
 * gave it.
 *
 * @param width in pixels
 * @param height in pixels
 * @param stride bytes from a line to the next
 * @param format of the pixels
 * @param pixels the lines, the last one without what follows it up to the stride
 */
public record Frame(int width, int height, int stride, PixelFormat format, MemorySegment pixels) {
    /** Of a line's pixels, in bytes. */
    public int lineBytes() {
        return width * format.bytes();
    }

    /** A pixel as 0xRRGGBB. */
    public int rgb(int x, int y) {
        return format.rgb(pixels, (long) y * stride + (long) x * format.bytes());
    }

    /**
     * Reads a part of it, which must lie inside, as 0xRRGGBB.
     *
     * @param into line after line, with nothing between them
     */
    public void read(int x, int y, int partWidth, int partHeight, int[] into) {
        long line = (long) y * stride + (long) x * format.bytes();
        for (int i = 0; i < partHeight; i++, line += stride) {
            format.read(pixels, line, into, i * partWidth, partWidth);
        }
    }

    /** Whether another frame has the same size and layout, so that their bytes can be compared. */
    public boolean isLike(Frame other) {
        return width == other.width && height == other.height && stride == other.stride && format == other.format;
    }
}
