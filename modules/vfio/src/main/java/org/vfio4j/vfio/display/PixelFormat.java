/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;

/** How pixels are laid out in memory: DRM's fourcc codes, whose components are named from the highest bit of a little-endian word. */
public enum PixelFormat {
    XRGB8888("XR24", 4),
    ARGB8888("AR24", 4),
    XBGR8888("XB24", 4),
    ABGR8888("AB24", 4),
    RGB565("RG16", 2),
    XRGB1555("XR15", 2);

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String letters;
    private final int bytes;

    PixelFormat(String letters, int bytes) {
        this.letters = letters;
        this.bytes = bytes;
    }

    /** The format of a fourcc code; empty for one that this release does not know. */
    public static Optional<PixelFormat> of(int fourcc) {
        for (PixelFormat format : values()) {
            if (fourcc(format.letters) == fourcc) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /** The letters of any fourcc code, a dot for what is no letter. */
    public static String letters(int fourcc) {
        StringBuilder text = new StringBuilder(4);
        for (int i = 0; i < 4; i++) {
            int c = fourcc >>> (i * Byte.SIZE) & 0xff;
            text.append(c > ' ' && c <= '~' ? (char) c : '.');
        }
        return text.toString();
    }

    /** The code's letters. */
    public String letters() {
        return letters;
    }

    /** Of a pixel. */
    public int bytes() {
        return bytes;
    }

    /** The pixel at {@code offset} as 0xRRGGBB. */
    public int rgb(MemorySegment memory, long offset) {
        return switch (this) {
            case XRGB8888, ARGB8888 -> memory.get(INT, offset) & 0xffffff;
            case XBGR8888, ABGR8888 -> Integer.reverseBytes(memory.get(INT, offset)) >>> 8;
            case RGB565 -> {
                int pixel = memory.get(SHORT, offset);
                yield wide(pixel >> 11 & 0x1f, 5) << 16 | wide(pixel >> 5 & 0x3f, 6) << 8 | wide(pixel & 0x1f, 5);
            }
            case XRGB1555 -> {
                int pixel = memory.get(SHORT, offset);
                yield wide(pixel >> 10 & 0x1f, 5) << 16 | wide(pixel >> 5 & 0x1f, 5) << 8 | wide(pixel & 0x1f, 5);
            }
        };
    }

    /** Reads {@code count} pixels that follow one another from {@code offset} on as 0xRRGGBB. */
    public void read(MemorySegment memory, long offset, int[] into, int at, int count) {
        switch (this) {
            case XRGB8888, ARGB8888 -> {
                MemorySegment.copy(memory, INT, offset, into, at, count);
                for (int i = at; i < at + count; i++) {
                    into[i] &= 0xffffff;
                }
            }
            case XBGR8888, ABGR8888 -> {
                MemorySegment.copy(memory, INT, offset, into, at, count);
                for (int i = at; i < at + count; i++) {
                    int pixel = into[i];
                    into[i] = (pixel & 0xff) << 16 | (pixel & 0xff00) | (pixel >>> 16 & 0xff);
                }
            }
            case RGB565, XRGB1555 -> {
                for (int i = 0; i < count; i++) {
                    into[at + i] = rgb(memory, offset + (long) i * Short.BYTES);
                }
            }
        }
    }

    /** A component of a few bits in eight, so that all ones stay all ones. */
    private static int wide(int value, int bits) {
        return value << (8 - bits) | value >> (2 * bits - 8);
    }

    private static int fourcc(String letters) {
        return letters.charAt(0) | letters.charAt(1) << 8 | letters.charAt(2) << 16 | letters.charAt(3) << 24;
    }
}
