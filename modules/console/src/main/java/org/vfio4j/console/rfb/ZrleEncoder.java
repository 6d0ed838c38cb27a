/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.IOException;
import java.util.zip.Deflater;
import org.vfio4j.vfio.display.Frame;

/**
 * ZRLE (RFC 6143, 7.7.6): tiles through one zlib stream for the viewer's life. Compressing costs far more time than all the rest: a viewer that
 * names no level and takes bytes faster than they are compressed, as on the same machine, gets them stored. Now and then it is tried again.
 */
final class ZrleEncoder implements Encoder, AutoCloseable {
    /** Rectangles that are stored before one is tried again. */
    private static final int STORED = 64;

    /** How much of what was known the last rectangle replaces: one part of so many. */
    private static final double MEMORY = 8;

    /** Beside a rectangle's tiles: for what zlib adds to what it stores, and for its flush. */
    private static final int SLACK = 4096;

    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    private final byte[] compressed = new byte[MAX_WIDTH * MAX_HEIGHT * (Integer.BYTES + 1) + SLACK];
    private ZrleTile tile = new ZrleTile(PixelWriter.compact(PixelLayout.NATIVE));
    private int level = Encodings.FREE;
    private int untilTried;
    private double nanosToCompress;
    private double ratio = 1;
    private long nanos;
    private int size;

    /** The layout of the pixels from now on. */
    void layout(PixelLayout layout) {
        tile = new ZrleTile(PixelWriter.compact(layout));
    }

    /** How hard zlib tries from now on: 1 to 9, or {@link Encodings#FREE}. */
    void level(int newLevel) {
        level = newLevel;
    }

    @Override
    public int code() {
        return Encodings.ZRLE;
    }

    @Override
    public void encode(Frame frame, int x, int y, int width, int height, ServerOutput out) throws IOException {
        boolean stores = level == Encodings.FREE && untilTried > 0;
        deflater.setLevel(stores ? Deflater.NO_COMPRESSION : Math.max(level, Encodings.FASTEST));
        nanos = 0;
        size = 0;
        int plain = 0;
        for (int top = 0; top < height; top += ZrleTile.SIDE) {
            int tileHeight = Math.min(ZrleTile.SIDE, height - top);
            for (int left = 0; left < width; left += ZrleTile.SIDE) {
                int tileWidth = Math.min(ZrleTile.SIDE, width - left);
                frame.read(x + left, y + top, tileWidth, tileHeight, tile.rgb());
                int bytes = tile.encode(tileWidth, tileHeight);
                plain += bytes;
                deflate(bytes);
            }
        }
        flush();
        if (stores) {
            untilTried--;
        } else {
            judge(plain, out.nanosPerByte());
        }
        out.u32(size);
        out.bytes(compressed, 0, size);
    }

    @Override
    public void close() {
        deflater.end();
    }

    /** Whether it is faster to store what comes next than to compress it. */
    private void judge(int plain, double nanosPerByte) {
        nanosToCompress += ((double) nanos / plain - nanosToCompress) / MEMORY;
        ratio += ((double) size / plain - ratio) / MEMORY;
        untilTried = nanosPerByte < nanosToCompress + ratio * nanosPerByte ? STORED : 0;
    }

    private void deflate(int bytes) {
        long begin = System.nanoTime();
        deflater.setInput(tile.bytes(), 0, bytes);
        while (!deflater.needsInput()) {
            size += deflater.deflate(compressed, size, compressed.length - size, Deflater.NO_FLUSH);
        }
        nanos += System.nanoTime() - begin;
    }

    private void flush() {
        int step;
        do {
            step = deflater.deflate(compressed, size, compressed.length - size, Deflater.SYNC_FLUSH);
            size += step;
        } while (step > 0 && size < compressed.length);
    }
}
