/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What changed from look to look. Guests draw into mapped memory unseen, so each look compares it with a copy of the last one: all at once while
 * nothing changes, and from the first difference on line by line and tile by tile. The copy is what viewers are given: it does not change under
 * them.
 */
public final class Damage implements AutoCloseable {
    /** The side of a tile, in pixels. */
    public static final int TILE = 64;

    private @Nullable Copy copy;

    /** A picture in memory of its own. */
    private static final class Copy implements AutoCloseable {
        private final Arena arena = Arena.ofShared();
        private final Frame frame;

        Copy(Frame of) {
            MemorySegment pixels = arena.allocate(of.pixels().byteSize(), Long.BYTES);
            pixels.copyFrom(of.pixels());
            this.frame = new Frame(of.width(), of.height(), of.stride(), of.format(), pixels);
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /**
     * Part of a picture, in pixels.
     *
     * @param x of its left side
     * @param y of its upper side
     */
    public record Rectangle(int x, int y, int width, int height) {}

    /** Nothing has been seen. */
    public Damage() {}

    /** The last look's picture; it stays as it is until the next one. */
    public @Nullable Frame kept() {
        return copy == null ? null : copy.frame;
    }

    /**
     * Compares a frame with the last one and keeps a copy of what changed.
     *
     * @return the changed tiles, those that touch in a row together; all of the picture if its size or layout is another one, none if it is the
     *     same
     */
    public List<Rectangle> update(Frame frame) {
        Frame last = kept();
        if (last == null || !last.isLike(frame)) {
            clear();
            copy = new Copy(frame);
            return List.of(new Rectangle(0, 0, frame.width(), frame.height()));
        }
        long first = frame.pixels().mismatch(last.pixels());
        return first < 0 ? List.of() : changed(frame, last, (int) (first / frame.stride()));
    }

    /** There is no picture any more. */
    public void clear() {
        if (copy != null) {
            copy.close();
            copy = null;
        }
    }

    @Override
    public void close() {
        clear();
    }

    private static List<Rectangle> changed(Frame frame, Frame last, int firstLine) {
        List<Rectangle> all = new ArrayList<>();
        BitSet tiles = new BitSet();
        for (int top = firstLine / TILE * TILE; top < frame.height(); top += TILE) {
            int bottom = Math.min(top + TILE, frame.height());
            tiles.clear();
            for (int y = Math.max(top, firstLine); y < bottom; y++) {
                line(frame, last, y, tiles);
            }
            collect(frame, top, bottom, tiles, all);
        }
        return all;
    }

    /** Compares a line, tile by tile from its first difference on, and copies the tiles that differ. */
    private static void line(Frame frame, Frame last, int y, BitSet tiles) {
        long start = (long) y * frame.stride();
        long end = start + frame.lineBytes();
        long tileBytes = (long) TILE * frame.format().bytes();
        long at = start;
        while (at < end) {
            long mismatch = MemorySegment.mismatch(frame.pixels(), at, end, last.pixels(), at, end);
            if (mismatch < 0) {
                return;
            }
            int tile = (int) ((at + mismatch - start) / tileBytes);
            long from = start + tile * tileBytes;
            long to = Math.min(from + tileBytes, end);
            MemorySegment.copy(frame.pixels(), from, last.pixels(), from, to - from);
            tiles.set(tile);
            at = to;
        }
    }

    private static void collect(Frame frame, int top, int bottom, BitSet tiles, List<Rectangle> into) {
        for (int from = tiles.nextSetBit(0); from >= 0; ) {
            int to = tiles.nextClearBit(from);
            int x = from * TILE;
            into.add(new Rectangle(x, top, Math.min(to * TILE, frame.width()) - x, bottom - top));
            from = tiles.nextSetBit(to);
        }
    }
}
