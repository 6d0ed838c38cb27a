/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What changed from look to look. Guests draw into mapped memory unseen, so each look compares it with a copy of the last one: all at once while
 * nothing changes, and from the first difference on line by line, of which tiles that are known to have changed are left out. The copy is what
 * viewers are given.
 */
public final class Damage implements AutoCloseable {
    /** The side of a tile, in pixels. */
    public static final int TILE = Tiles.SIDE;

    private final Tiles changed = new Tiles();
    private @Nullable Picture copy;

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
        return copy == null ? null : copy.frame();
    }

    /** The same, for who may hold it longer. */
    public @Nullable Picture picture() {
        return copy;
    }

    /**
     * Compares a frame with the last one and keeps a copy of what changed.
     *
     * @return the changed tiles, those that touch in a row together; all of the picture if its size or layout is another one, none if it is the
     *     same
     */
    public List<Rectangle> update(Frame frame) {
        if (!isLike(frame)) {
            replace(frame);
            return List.of(new Rectangle(0, 0, frame.width(), frame.height()));
        }
        if (!compare(frame)) {
            return List.of();
        }
        keep(frame);
        List<Rectangle> all = new ArrayList<>();
        int count;
        for (int tile = changed.next(0); tile >= 0; tile = changed.next(tile + count)) {
            count = changed.run(tile);
            all.add(new Rectangle(changed.x(tile), changed.y(tile), changed.width(tile, count), changed.height(tile)));
        }
        return all;
    }

    /** Whether the frame has the size and the layout of the last one, so that it can be compared. */
    public boolean isLike(Frame frame) {
        return copy != null && copy.frame().isLike(frame);
    }

    /** Keeps a copy of a frame that is of another size or layout than the last one. */
    public Picture replace(Frame frame) {
        clear();
        Picture made = Picture.copy(frame);
        copy = made;
        changed.reset(frame.width(), frame.height());
        return made;
    }

    /** Finds the tiles in which a frame like the last one differs from it, without copying anything; false if it is the same. */
    public boolean compare(Frame frame) {
        Frame last = last(frame);
        changed.clear();
        long first = frame.pixels().mismatch(last.pixels());
        if (first < 0) {
            return false;
        }
        int firstLine = (int) (first / frame.stride());
        boolean any = false;
        for (int row = firstLine / TILE; row < changed.rows(); row++) {
            any |= band(frame, last, row, firstLine);
        }
        return any;
    }

    /** What {@link #compare} found, until the next time. */
    public Tiles changed() {
        return changed;
    }

    /** Copies what {@link #compare} found. */
    public void keep(Frame frame) {
        Frame last = last(frame);
        int count;
        for (int tile = changed.next(0); tile >= 0; tile = changed.next(tile + count)) {
            count = changed.run(tile);
            copy(frame, last, tile, count);
        }
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

    private Frame last(Frame frame) {
        Frame last = kept();
        if (last == null || !last.isLike(frame)) {
            throw new IllegalStateException("a frame that is not like the last one");
        }
        return last;
    }

    /** Compares the lines of a row of tiles until all of them are known to have changed. */
    private boolean band(Frame frame, Frame last, int row, int firstLine) {
        int left = changed.columns();
        int bottom = Math.min((row + 1) * TILE, frame.height());
        for (int y = Math.max(row * TILE, firstLine); y < bottom && left > 0; y++) {
            left -= line(frame, last, y, row * changed.columns());
        }
        return left < changed.columns();
    }

    /** Compares a line but for the tiles that are known to have changed; how many more of them do. */
    private int line(Frame frame, Frame last, int y, int firstTile) {
        long start = (long) y * frame.stride();
        long end = start + frame.lineBytes();
        long tileBytes = (long) TILE * frame.format().bytes();
        int found = 0;
        for (int column = unknown(firstTile, 0); column < changed.columns(); column = unknown(firstTile, column + 1)) {
            long at = start + column * tileBytes;
            long mismatch = MemorySegment.mismatch(frame.pixels(), at, end, last.pixels(), at, end);
            if (mismatch < 0) {
                break;
            }
            column += (int) (mismatch / tileBytes);
            if (!changed.has(firstTile + column)) {
                changed.add(firstTile + column);
                found++;
            }
        }
        return found;
    }

    /** The first column from {@code column} on whose tile is not known to have changed. */
    private int unknown(int firstTile, int column) {
        int at = column;
        while (at < changed.columns() && changed.has(firstTile + at)) {
            at++;
        }
        return at;
    }

    /** Copies tiles of a row: all bytes at once where they are whole lines. */
    private void copy(Frame frame, Frame last, int tile, int count) {
        int pixel = frame.format().bytes();
        int height = changed.height(tile);
        long at = (long) changed.y(tile) * frame.stride() + (long) changed.x(tile) * pixel;
        long bytes = (long) changed.width(tile, count) * pixel;
        if (count == changed.columns()) {
            long all = (long) (height - 1) * frame.stride() + bytes;
            MemorySegment.copy(frame.pixels(), at, last.pixels(), at, all);
            return;
        }
        for (int y = 0; y < height; y++, at += frame.stride()) {
            MemorySegment.copy(frame.pixels(), at, last.pixels(), at, bytes);
        }
    }
}
