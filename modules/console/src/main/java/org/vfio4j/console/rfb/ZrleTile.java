/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

/**
 * A tile of ZRLE (RFC 6143, 7.7.6), in whichever of its forms is the shortest before it is compressed. The pixels are read from the picture once,
 * before they are looked at: a guest may be drawing there.
 */
final class ZrleTile {
    static final int SIDE = 64;
    private static final int PIXELS = SIDE * SIDE;
    private static final int PLAIN_RLE = 128;

    /** A packed palette has so many colours at most. */
    private static final int MAX_PACKED = 16;

    /** One byte of a run's length counts so many. */
    private static final int LENGTH_UNIT = 255;

    private final PixelWriter writer;
    private final int[] rgb = new int[PIXELS];
    private final byte[] bytes = new byte[1 + PIXELS * (Integer.BYTES + 1)];
    private final Palette palette = new Palette();
    private int count;
    private int width;
    private int size;
    private int runs;
    private int singles;

    ZrleTile(PixelWriter writer) {
        this.writer = writer;
    }

    /** The pixels as 0xRRGGBB, line after line, for who fills them in before {@link #encode}. */
    int[] rgb() {
        return rgb;
    }

    /** The encoded tile, of {@link #encode}'s size. */
    byte[] bytes() {
        return bytes;
    }

    /** Encodes the pixels, and returns how many bytes there are. */
    int encode(int tileWidth, int tileHeight) {
        width = tileWidth;
        count = tileWidth * tileHeight;
        size = 1;
        survey();
        int pixel = writer.bytes();
        int colours = palette.size();
        if (colours == 1) {
            bytes[0] = 1;
            pixel(rgb[0]);
            return size;
        }
        int raw = count * pixel;
        int plain = runs * (pixel + 1) + count / LENGTH_UNIT;
        int numbered = colours > Palette.MAX
                ? Integer.MAX_VALUE
                : colours * pixel + singles + 2 * (runs - singles) + count / LENGTH_UNIT;
        int packed = colours > MAX_PACKED ? Integer.MAX_VALUE : colours * pixel + tileHeight * lineBytes(colours);
        int least = Math.min(Math.min(raw, plain), Math.min(numbered, packed));
        if (least == packed) {
            packed(colours);
        } else if (least == numbered) {
            numbered(colours);
        } else if (least == plain) {
            plain();
        } else {
            bytes[0] = 0;
            writer.write(rgb, 0, count, bytes, size);
            size += raw;
        }
        return size;
    }

    /** Counts the runs of pixels of one colour, and the colours until they are too many. */
    private void survey() {
        palette.clear();
        runs = 0;
        singles = 0;
        int to;
        for (int from = 0; from < count; from = to) {
            int colour = rgb[from];
            to = from + 1;
            while (to < count && rgb[to] == colour) {
                to++;
            }
            runs++;
            if (to - from == 1) {
                singles++;
            }
            if (palette.size() <= Palette.MAX) {
                palette.add(colour);
            }
        }
    }

    private int end(int from, int colour) {
        int to = from + 1;
        while (to < count && rgb[to] == colour) {
            to++;
        }
        return to;
    }

    private void packed(int colours) {
        palette(colours, colours);
        int bits = bits(colours);
        for (int line = 0; line < count; line += width) {
            int word = 0;
            int used = 0;
            for (int i = line; i < line + width; i++) {
                word = word << bits | palette.number(rgb[i]);
                used += bits;
                if (used == Byte.SIZE) {
                    bytes[size++] = (byte) word;
                    word = 0;
                    used = 0;
                }
            }
            if (used > 0) {
                bytes[size++] = (byte) (word << (Byte.SIZE - used));
            }
        }
    }

    private void numbered(int colours) {
        palette(PLAIN_RLE + colours, colours);
        int to;
        for (int from = 0; from < count; from = to) {
            to = end(from, rgb[from]);
            int number = palette.number(rgb[from]);
            if (to - from == 1) {
                bytes[size++] = (byte) number;
            } else {
                bytes[size++] = (byte) (PLAIN_RLE | number);
                length(to - from);
            }
        }
    }

    private void plain() {
        bytes[0] = (byte) PLAIN_RLE;
        int to;
        for (int from = 0; from < count; from = to) {
            to = end(from, rgb[from]);
            pixel(rgb[from]);
            length(to - from);
        }
    }

    private void palette(int form, int colours) {
        bytes[0] = (byte) form;
        for (int i = 0; i < colours; i++) {
            pixel(palette.colour(i));
        }
    }

    private void pixel(int colour) {
        writer.write(colour, bytes, size);
        size += writer.bytes();
    }

    private void length(int run) {
        int left = run - 1;
        while (left >= LENGTH_UNIT) {
            bytes[size++] = (byte) LENGTH_UNIT;
            left -= LENGTH_UNIT;
        }
        bytes[size++] = (byte) left;
    }

    private int lineBytes(int colours) {
        return (width * bits(colours) + Byte.SIZE - 1) / Byte.SIZE;
    }

    private static int bits(int colours) {
        if (colours <= 2) {
            return 1;
        }
        return colours <= 4 ? 2 : 4;
    }
}
