/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * The EDID of a monitor that wants one size: VESA's E-EDID standard, release A2 (EDID 1.4); and the size that any EDID prefers. A size over
 * {@link #BASE_MAX} either way, which a base block has no bits for, stands in a DisplayID 1.3 extension block behind it.
 */
public final class Edid {
    /** Of a block, in bytes. */
    public static final int BLOCK = 128;

    /** The largest width and height that a detailed timing of the base block holds: 12 bits. */
    public static final int BASE_MAX = 4095;

    /** The smallest width and height that can be asked for, in pixels. */
    public static final int MIN = 64;

    /** The largest width and height that can be asked for, in pixels. */
    public static final int MAX = 16384;

    private static final long HEADER = 0x00ffffffffffff00L;
    private static final int CHECKSUM = BLOCK - 1;
    private static final int EXTENSIONS = 126;
    private static final int DESCRIPTORS = 54;
    private static final int DESCRIPTOR = 18;
    private static final int DESCRIPTOR_COUNT = 4;
    private static final int YEAR = 2026;

    /** As many centimetres fit into a byte. */
    private static final int MAX_MILLIMETRES = 2550;

    /** VFJ: three letters of 5 bits, the first one highest. */
    private static final int MANUFACTURER = (('V' - '@') << 10) | (('F' - '@') << 5) | ('J' - '@');

    private static final String NAME = "vfio4j";

    /** Chromaticities of sRGB's primaries and of its white, as the standard packs them. */
    private static final byte[] SRGB = {
        (byte) 0xee, (byte) 0x91, (byte) 0xa3, 0x54, 0x4c, (byte) 0x99, 0x26, 0x0f, 0x50, 0x54
    };

    private static final byte DUMMY = 0x10;
    private static final byte PRODUCT_NAME = (byte) 0xfc;
    private static final int DISPLAY_ID = 0x70;
    private static final int SECTION = 1;
    private static final int DATA = 5;
    private static final int TYPE_1_TIMING = 3;
    private static final int TYPE_1_SIZE = 20;

    private Edid() {}

    /**
     * The EDID of a monitor whose preferred size this is.
     *
     * @return {@link #BLOCK} bytes, or twice as many for a size over {@link #BASE_MAX}
     * @throws VfioException EINVAL for a size outside {@link #MIN} to {@link #MAX}
     */
    public static byte[] of(int width, int height) {
        if (Math.min(width, height) < MIN || Math.max(width, height) > MAX) {
            throw new VfioException(
                    Errno.EINVAL,
                    "a monitor of " + width + "x" + height + ": each side has " + MIN + " to " + MAX + " pixels");
        }
        boolean large = Math.max(width, height) > BASE_MAX;
        ByteBuffer edid = ByteBuffer.allocate(large ? 2 * BLOCK : BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        base(edid, width, height);
        if (large) {
            edid.put(EXTENSIONS, (byte) 1);
            displayId(edid.slice(BLOCK, BLOCK).order(ByteOrder.LITTLE_ENDIAN), Timing.of(width, height));
        }
        for (int block = 0; block < edid.capacity(); block += BLOCK) {
            edid.put(block + CHECKSUM, checksum(edid, block, CHECKSUM));
        }
        return edid.array();
    }

    /** The size that an EDID prefers: its first detailed timing; empty if the bytes are no EDID, or have none. */
    public static Optional<Size> preferred(byte[] edid) {
        if (edid.length < BLOCK) {
            return Optional.empty();
        }
        ByteBuffer block = ByteBuffer.wrap(edid).order(ByteOrder.LITTLE_ENDIAN);
        boolean whole = checksum(block, 0, BLOCK) == 0 && block.getLong(0) == HEADER;
        boolean timed = block.getShort(DESCRIPTORS) != 0;
        if (!whole) {
            return Optional.empty();
        }
        if ((block.get(EXTENSIONS) & 0xff) > 0 && edid.length >= 2 * BLOCK) {
            Optional<Size> larger = preferredOf(block.slice(BLOCK, BLOCK).order(ByteOrder.LITTLE_ENDIAN));
            if (larger.isPresent()) {
                return larger;
            }
        }
        return timed
                ? Optional.of(new Size(
                        twelve(block, DESCRIPTORS + 2, DESCRIPTORS + 4),
                        twelve(block, DESCRIPTORS + 5, DESCRIPTORS + 7)))
                : Optional.empty();
    }

    /** A size in pixels. */
    public record Size(int width, int height) {
        @Override
        public String toString() {
            return width + "x" + height;
        }
    }

    private static void base(ByteBuffer edid, int width, int height) {
        edid.putLong(0, HEADER);
        edid.put(8, (byte) (MANUFACTURER >> 8)).put(9, (byte) MANUFACTURER);
        edid.putShort(10, (short) 1).putInt(12, 0); // product, no serial number
        edid.put(16, (byte) 1).put(17, (byte) (YEAR - 1990)); // week and year of manufacture
        edid.put(18, (byte) 1).put(19, (byte) 4);
        edid.put(20, (byte) 0xa5); // digital, 8 bits a colour, DisplayPort
        if (isSized(width, height)) {
            edid.put(21, (byte) centimetres(width)).put(22, (byte) centimetres(height));
        }
        edid.put(23, (byte) 120); // gamma 2.2
        edid.put(24, (byte) 0x06); // sRGB, the first timing is the native one
        edid.put(25, SRGB);
        established(edid, width, height);
        for (int i = 38; i < DESCRIPTORS; i++) {
            edid.put(i, (byte) 1); // no standard timings
        }
        detailed(
                edid.slice(DESCRIPTORS, DESCRIPTOR).order(ByteOrder.LITTLE_ENDIAN),
                Timing.of(Math.min(width, BASE_MAX), Math.min(height, BASE_MAX)),
                width,
                height);
        name(edid, DESCRIPTORS + DESCRIPTOR);
        for (int i = 2; i < DESCRIPTOR_COUNT; i++) {
            edid.put(DESCRIPTORS + i * DESCRIPTOR + 3, DUMMY);
        }
    }

    /** What every driver tries, as far as it fits. */
    private static void established(ByteBuffer edid, int width, int height) {
        int first = fits(width, height, 640, 480) ? 0x20 : 0;
        first |= fits(width, height, 800, 600) ? 0x01 : 0;
        edid.put(35, (byte) first).put(36, (byte) (fits(width, height, 1024, 768) ? 0x08 : 0));
    }

    private static boolean fits(int width, int height, int wanted, int wantedHeight) {
        return width >= wanted && height >= wantedHeight;
    }

    private static void detailed(ByteBuffer to, Timing timing, int width, int height) {
        boolean sized = isSized(width, height);
        int widthMm = sized ? Math.min(millimetres(width), MAX_MILLIMETRES) : 0;
        int heightMm = sized ? Math.min(millimetres(height), MAX_MILLIMETRES) : 0;
        to.putShort(0, (short) timing.clock());
        to.put(2, (byte) timing.width()).put(3, (byte) timing.hBlank());
        to.put(4, nibbles(timing.width() >> 8, timing.hBlank() >> 8));
        to.put(5, (byte) timing.height()).put(6, (byte) timing.vBlank());
        to.put(7, nibbles(timing.height() >> 8, timing.vBlank() >> 8));
        to.put(8, (byte) timing.hFront()).put(9, (byte) timing.hSync());
        to.put(10, nibbles(timing.vFront(), timing.vSync())).put(11, (byte) 0);
        to.put(12, (byte) widthMm).put(13, (byte) heightMm);
        to.put(14, nibbles(widthMm >> 8, heightMm >> 8));
        to.put(17, (byte) 0x1a); // digital separate sync, horizontal positive
    }

    private static void name(ByteBuffer edid, int at) {
        byte[] text = (NAME + "\n" + " ".repeat(13 - NAME.length() - 1)).getBytes(StandardCharsets.US_ASCII);
        edid.put(at + 3, PRODUCT_NAME);
        edid.put(at + 5, text);
    }

    /** A DisplayID 1.3 section: a detailed timing of type I, and what a display must say beside it. */
    private static void displayId(ByteBuffer block, Timing timing) {
        block.put(0, (byte) DISPLAY_ID);
        block.put(SECTION, (byte) 0x13);
        block.put(SECTION + 1, (byte) (EXTENSIONS - DATA)); // bytes between this header and the section's checksum
        block.put(SECTION + 2, (byte) 3); // a desktop display
        int at = DATA;
        at = product(block, at);
        at = type1(block, at, timing);
        at = parameters(block, at, timing);
        displayPort(block, at);
        block.put(EXTENSIONS, checksum(block, SECTION, EXTENSIONS - SECTION));
    }

    private static int type1(ByteBuffer block, int at, Timing timing) {
        int body = dataBlock(block, at, TYPE_1_TIMING, TYPE_1_SIZE);
        int clock = timing.clock() - 1;
        block.put(body, (byte) clock).put(body + 1, (byte) (clock >> 8)).put(body + 2, (byte) (clock >> 16));
        block.put(body + 3, (byte) 0x88); // preferred, aspect ratio undefined
        int[] fields = {
            timing.width() - 1,
            timing.hBlank() - 1,
            (timing.hFront() - 1) | 0x8000, // positive sync
            timing.hSync() - 1,
            timing.height() - 1,
            timing.vBlank() - 1,
            timing.vFront() - 1,
            timing.vSync() - 1
        };
        for (int i = 0; i < fields.length; i++) {
            block.putShort(body + 4 + i * Short.BYTES, (short) fields[i]);
        }
        return body + TYPE_1_SIZE;
    }

    private static int product(ByteBuffer block, int at) {
        int size = 12;
        int body = dataBlock(block, at, 0, size);
        block.put(body, "VFJ".getBytes(StandardCharsets.US_ASCII)).putShort(body + 3, (short) 1);
        block.put(body + 9, (byte) 1).put(body + 10, (byte) (YEAR - 2000));
        return body + size;
    }

    private static int parameters(ByteBuffer block, int at, Timing timing) {
        int size = 12;
        int body = dataBlock(block, at, 1, size);
        if (isSized(timing.width(), timing.height())) {
            block.putShort(body, (short) Math.min(10 * millimetres(timing.width()), 0xffff));
            block.putShort(body + 2, (short) Math.min(10 * millimetres(timing.height()), 0xffff));
        }
        block.putShort(body + 4, (short) timing.width()).putShort(body + 6, (short) timing.height());
        int longer = Math.max(timing.width(), timing.height());
        int shorter = Math.min(timing.width(), timing.height());
        block.put(body + 9, (byte) 120); // gamma 2.2
        block.put(body + 10, (byte) Math.min(Math.round(100f * longer / shorter) - 100, 255));
        block.put(body + 11, (byte) 0x77); // 8 bits a colour, native and at most
        return body + size;
    }

    private static void displayPort(ByteBuffer block, int at) {
        int body = dataBlock(block, at, 0x0f, 10);
        block.put(body, (byte) 0xa4).put(body + 1, (byte) 0x12); // four lanes, version 1.2
        block.put(body + 2, (byte) 0x02); // RGB with 8 bits a colour
    }

    /** Begins a data block and returns where its body is. */
    private static int dataBlock(ByteBuffer block, int at, int tag, int size) {
        block.put(at, (byte) tag).put(at + 1, (byte) 0).put(at + 2, (byte) size);
        return at + 3;
    }

    /** The first detailed timing of a DisplayID section. */
    private static Optional<Size> preferredOf(ByteBuffer block) {
        if ((block.get(0) & 0xff) != DISPLAY_ID) {
            return Optional.empty();
        }
        int at = DATA;
        while (at + 3 + TYPE_1_SIZE <= EXTENSIONS) {
            int size = block.get(at + 2) & 0xff;
            if (block.get(at) == TYPE_1_TIMING && size >= TYPE_1_SIZE) {
                int body = at + 3;
                return Optional.of(new Size(
                        Short.toUnsignedInt(block.getShort(body + 4)) + 1,
                        Short.toUnsignedInt(block.getShort(body + 12)) + 1));
            }
            at += 3 + size;
        }
        return Optional.empty();
    }

    /** What makes {@code count} bytes and itself add up to 0. */
    private static byte checksum(ByteBuffer edid, int from, int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += edid.get(from + i);
        }
        return (byte) -sum;
    }

    private static int twelve(ByteBuffer block, int low, int high) {
        return (block.get(low) & 0xff) | (block.get(high) & 0xf0) << 4;
    }

    private static byte nibbles(int high, int low) {
        return (byte) ((high & 0xf) << 4 | (low & 0xf));
    }

    /** No monitor is smaller than 10 cm; one that would be does not say how large it is. */
    private static boolean isSized(int width, int height) {
        return Math.min(centimetres(width), centimetres(height)) >= 10;
    }

    /** At 96 pixels an inch. */
    private static int millimetres(int pixels) {
        return Math.round(pixels * 25.4f / 96);
    }

    private static int centimetres(int pixels) {
        return Math.clamp(Math.round(millimetres(pixels) / 10f), 1, 255);
    }
}
