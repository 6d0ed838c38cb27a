/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Writes pixels as a viewer wants them. */
final class PixelWriter {
    private static final VarHandle LITTLE_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int VALUES = 256;

    private final PixelLayout layout;
    private final int bytes;
    private final boolean isNative;
    private final int[] red;
    private final int[] green;
    private final int[] blue;

    /** How far down a compact pixel's three bytes lie in its four. */
    private final int compactShift;

    private PixelWriter(PixelLayout layout, int bytes, int compactShift) {
        this.layout = layout;
        this.bytes = bytes;
        this.compactShift = compactShift;
        this.isNative = layout.equals(PixelLayout.NATIVE);
        this.red = table(layout.redMax(), layout.redShift());
        this.green = table(layout.greenMax(), layout.greenShift());
        this.blue = table(layout.blueMax(), layout.blueShift());
    }

    /** Of whole pixels. */
    static PixelWriter of(PixelLayout layout) {
        return new PixelWriter(layout, layout.bits() / Byte.SIZE, 0);
    }

    /** Of RFC 6143's CPIXEL: three bytes where a pixel of four has nothing in the fourth. */
    static PixelWriter compact(PixelLayout layout) {
        long used = (long) layout.redMax() << layout.redShift()
                | (long) layout.greenMax() << layout.greenShift()
                | (long) layout.blueMax() << layout.blueShift();
        if (layout.bits() != Integer.SIZE || layout.depth() > 24) {
            return of(layout);
        }
        if (used < 1L << 24) {
            return new PixelWriter(layout, 3, 0);
        }
        return (used & 0xff) == 0 ? new PixelWriter(layout, 3, Byte.SIZE) : of(layout);
    }

    /** Of a pixel. */
    int bytes() {
        return bytes;
    }

    /** Whether whole pixels are those of {@link PixelLayout#NATIVE}, so that a device's bytes can be sent as they are. */
    boolean isNative() {
        return isNative && bytes == Integer.BYTES;
    }

    /** Writes {@code count} pixels of 0xRRGGBB from {@code from} on. */
    void write(int[] rgb, int from, int count, byte[] into, int at) {
        if (bytes == 3 && !layout.isBigEndian() && isNative && count > 0) {
            // The fourth byte of each is overwritten by the next.
            for (int i = 0; i < count - 1; i++) {
                LITTLE_INT.set(into, at + 3 * i, rgb[from + i]);
            }
            write(rgb[from + count - 1], into, at + 3 * (count - 1));
            return;
        }
        for (int i = 0; i < count; i++) {
            write(rgb[from + i], into, at + i * bytes);
        }
    }

    /** Writes a pixel of 0xRRGGBB. */
    void write(int rgb, byte[] into, int at) {
        int pixel = (red[rgb >> 16 & 0xff] | green[rgb >> 8 & 0xff] | blue[rgb & 0xff]) >>> compactShift;
        for (int i = 0; i < bytes; i++) {
            int place = layout.isBigEndian() ? bytes - 1 - i : i;
            into[at + i] = (byte) (pixel >>> (place * Byte.SIZE));
        }
    }

    private static int[] table(int max, int shift) {
        int[] table = new int[VALUES];
        for (int i = 0; i < VALUES; i++) {
            table[i] = (int) (((long) i * max + (VALUES - 1) / 2) / (VALUES - 1)) << shift;
        }
        return table;
    }
}
