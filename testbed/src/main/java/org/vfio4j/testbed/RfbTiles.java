/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** ZRLE, as a viewer reads it (RFC 6143, 7.7.6): one zlib stream for a connection's life. */
final class RfbTiles implements AutoCloseable {
    private static final int SIDE = 64;

    private final Inflater inflater = new Inflater();
    private final byte[] one = new byte[1];
    private byte[] compressed = {};
    private RfbClient.Format format = RfbClient.Format.NATIVE;
    private int[] pixels = {};
    private int width;

    /** Reads a part into a picture of that width. */
    void read(DataInputStream in, RfbClient.Format layout, int[] picture, int pictureWidth, int x, int y, int w, int h)
            throws IOException {
        format = layout;
        pixels = picture;
        width = pictureWidth;
        int size = in.readInt();
        if (compressed.length < size) {
            compressed = new byte[size];
        }
        in.readFully(compressed, 0, size);
        inflater.setInput(compressed, 0, size);
        for (int top = y; top < y + h; top += SIDE) {
            for (int left = x; left < x + w; left += SIDE) {
                tile(left, top, Math.min(SIDE, x + w - left), Math.min(SIDE, y + h - top));
            }
        }
        if (inflater.getRemaining() > 0 && !isFlush()) {
            throw new IOException(inflater.getRemaining() + " bytes of a part are no pixels");
        }
    }

    /** Whether what is left of the input is an empty block. */
    private boolean isFlush() throws IOException {
        try {
            return inflater.inflate(one, 0, 1) == 0;
        } catch (DataFormatException e) {
            throw new IOException(e);
        }
    }

    private void tile(int x, int y, int w, int h) throws IOException {
        int form = byteOf();
        int pixel = compactBytes();
        int count = w * h;
        if (form == 0) {
            byte[] bytes = bytes(count * pixel);
            for (int i = 0; i < count; i++) {
                set(x, y, w, i, colour(bytes, i * pixel, pixel));
            }
            return;
        }
        boolean runs = form >= 128;
        int colours = form & 127;
        int[] palette = new int[colours];
        byte[] bytes = bytes(colours * pixel);
        for (int i = 0; i < colours; i++) {
            palette[i] = colour(bytes, i * pixel, pixel);
        }
        if (runs) {
            runs(x, y, w, count, palette);
        } else {
            packed(x, y, w, h, palette);
        }
    }

    private void runs(int x, int y, int w, int count, int[] palette) throws IOException {
        int pixel = compactBytes();
        for (int i = 0; i < count; ) {
            int length = 1;
            int colour;
            int number = palette.length == 0 ? 128 : byteOf();
            if (palette.length == 0) {
                colour = colour(bytes(pixel), 0, pixel);
            } else {
                colour = palette[number & 127];
            }
            if (number >= 128) {
                int more;
                do {
                    more = byteOf();
                    length += more;
                } while (more == 255);
            }
            if (i + length > count) {
                throw new IOException("a run that is longer than its tile");
            }
            for (; length > 0; length--) {
                set(x, y, w, i++, colour);
            }
        }
    }

    private void packed(int x, int y, int w, int h, int[] palette) throws IOException {
        int bits = palette.length <= 2 ? 1 : palette.length <= 4 ? 2 : 4;
        if (palette.length == 1) {
            for (int i = 0; i < w * h; i++) {
                set(x, y, w, i, palette[0]);
            }
            return;
        }
        for (int row = 0; row < h; row++) {
            byte[] bytes = bytes((w * bits + 7) / 8);
            for (int i = 0; i < w; i++) {
                int at = i * bits;
                int number = (bytes[at / 8] >> (8 - bits - at % 8)) & ((1 << bits) - 1);
                set(x, y, w, row * w + i, palette[number]);
            }
        }
    }

    private void set(int x, int y, int w, int i, int colour) {
        pixels[(y + i / w) * width + x + i % w] = colour;
    }

    private int compactBytes() {
        return format.bits() == 32 && format.depth() <= 24 ? 3 : format.bits() / 8;
    }

    /** A compact pixel of a layout whose lowest byte is used. */
    private int colour(byte[] from, int at, int bytes) {
        return format.rgb(from, at, bytes);
    }

    private int byteOf() throws IOException {
        return bytes(1)[0] & 0xff;
    }

    private byte[] bytes(int count) throws IOException {
        byte[] bytes = count == 1 ? one : new byte[count];
        int done = 0;
        try {
            while (done < count) {
                int step = inflater.inflate(bytes, done, count - done);
                if (step == 0) {
                    throw new IOException("the compressed data of a part end too early");
                }
                done += step;
            }
        } catch (DataFormatException e) {
            throw new IOException(e);
        }
        return bytes;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
