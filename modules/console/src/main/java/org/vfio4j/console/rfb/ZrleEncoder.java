/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.IOException;
import java.util.zip.Deflater;
import org.vfio4j.vfio.display.Frame;

/**
 * ZRLE (RFC 6143, 7.7.6): tiles through one zlib stream for the viewer's life. What does not become shorter, as noise and films, is stored for a
 * while and then tried again: compressing it would cost the time of all the rest.
 */
final class ZrleEncoder implements Encoder, AutoCloseable {
    /** Rectangles that are stored before one is tried again. */
    private static final int STORED = 32;

    /** Beside a rectangle's tiles: for what zlib adds to what it stores, and for its flush. */
    private static final int SLACK = 4096;

    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    private final byte[] compressed = new byte[MAX_WIDTH * MAX_HEIGHT * (Integer.BYTES + 1) + SLACK];
    private ZrleTile tile = new ZrleTile(PixelWriter.compact(PixelLayout.NATIVE));
    private int level = Deflater.BEST_SPEED;
    private int storing;
    private int size;

    /** The layout of the pixels from now on. */
    void layout(PixelLayout layout) {
        tile = new ZrleTile(PixelWriter.compact(layout));
    }

    /** How hard zlib tries from now on, 1 to 9. */
    void level(int newLevel) {
        level = newLevel;
    }

    @Override
    public int code() {
        return Encodings.ZRLE;
    }

    @Override
    public void encode(Frame frame, int x, int y, int width, int height, ServerOutput out) throws IOException {
        deflater.setLevel(storing > 0 ? Deflater.NO_COMPRESSION : level);
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
        storing = storing > 0 ? storing - 1 : (size > plain / 8 * 7 ? STORED : 0);
        out.u32(size);
        out.bytes(compressed, 0, size);
    }

    @Override
    public void close() {
        deflater.end();
    }

    private void deflate(int bytes) {
        deflater.setInput(tile.bytes(), 0, bytes);
        while (!deflater.needsInput()) {
            size += deflater.deflate(compressed, size, compressed.length - size, Deflater.NO_FLUSH);
        }
    }

    private void flush() {
        int step;
        do {
            step = deflater.deflate(compressed, size, compressed.length - size, Deflater.SYNC_FLUSH);
            size += step;
        } while (step > 0 && size < compressed.length);
    }
}
