/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import java.util.Arrays;

/**
 * Some of a picture's tiles, as bits: row after row, from the upper left. It is made once and used again for every frame. For one thread.
 */
public final class Tiles {
    /** The side of a tile, in pixels; the last ones of a row and of a column end with the picture. */
    public static final int SIDE = 64;

    private int width;
    private int height;
    private int columns;
    private int rows;
    private long[] bits = {};

    /** Of no picture. */
    public Tiles() {}

    /** Becomes a set of tiles of a picture of this size, and has none of them. */
    public void reset(int newWidth, int newHeight) {
        width = newWidth;
        height = newHeight;
        columns = (newWidth + SIDE - 1) / SIDE;
        rows = (newHeight + SIDE - 1) / SIDE;
        int words = (columns * rows + Long.SIZE - 1) / Long.SIZE;
        if (words > bits.length) {
            bits = new long[words];
        } else {
            Arrays.fill(bits, 0);
        }
    }

    /** Tiles in a row. */
    public int columns() {
        return columns;
    }

    /** Tiles in a column. */
    public int rows() {
        return rows;
    }

    /** The picture's size, in pixels. */
    public boolean isOf(int otherWidth, int otherHeight) {
        return width == otherWidth && height == otherHeight;
    }

    public boolean isEmpty() {
        for (long word : bits) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    /** How many there are. */
    public int count() {
        int count = 0;
        for (long word : bits) {
            count += Long.bitCount(word);
        }
        return count;
    }

    public void clear() {
        Arrays.fill(bits, 0);
    }

    /** Has all of them. */
    public void fill() {
        for (int tile = 0; tile < columns * rows; tile++) {
            add(tile);
        }
    }

    public boolean has(int tile) {
        return (bits[tile >> 6] & 1L << tile) != 0;
    }

    public void add(int tile) {
        bits[tile >> 6] |= 1L << tile;
    }

    /** Takes {@code count} tiles from {@code tile} on away. */
    public void remove(int tile, int count) {
        for (int i = tile; i < tile + count; i++) {
            bits[i >> 6] &= ~(1L << i);
        }
    }

    /** Adds those of another set of the same picture. */
    public void addAll(Tiles other) {
        for (int i = 0; i < other.bits.length && i < bits.length; i++) {
            bits[i] |= other.bits[i];
        }
    }

    /** Adds every tile that has a pixel of a rectangle, whose part outside the picture is none. */
    public void addArea(int x, int y, int areaWidth, int areaHeight) {
        int right = (int) Math.min((long) x + areaWidth, width);
        int bottom = (int) Math.min((long) y + areaHeight, height);
        for (int row = Math.max(y, 0) / SIDE; row * SIDE < bottom; row++) {
            for (int column = Math.max(x, 0) / SIDE; column * SIDE < right; column++) {
                add(row * columns + column);
            }
        }
    }

    /** Takes those away that lie in {@code count} lines from {@code top} on, with all of their pixels. */
    public void removeLines(int top, int count) {
        for (int row = (top + SIDE - 1) / SIDE; row < rows; row++) {
            if (Math.min((row + 1) * SIDE, height) <= top + count) {
                remove(row * columns, columns);
            }
        }
    }

    /** The first tile of the set from {@code from} on, or -1. */
    public int next(int from) {
        int end = columns * rows;
        for (int tile = from; tile < end; tile = (tile | Long.SIZE - 1) + 1) {
            long word = bits[tile >> 6] >>> tile;
            if (word != 0) {
                return tile + Long.numberOfTrailingZeros(word);
            }
        }
        return -1;
    }

    /** How many tiles of the set follow one another in a row, from {@code tile}, which is one of them, on. */
    public int run(int tile) {
        int end = (tile / columns + 1) * columns;
        int at = tile;
        while (at < end && has(at)) {
            at++;
        }
        return at - tile;
    }

    /** The left side of a tile, in pixels. */
    public int x(int tile) {
        return tile % columns * SIDE;
    }

    /** The upper side of a tile, in pixels. */
    public int y(int tile) {
        return tile / columns * SIDE;
    }

    /** The width of {@code count} tiles of a row from {@code tile} on, in pixels. */
    public int width(int tile, int count) {
        return Math.min((tile % columns + count) * SIDE, width) - x(tile);
    }

    /** The height of a tile, in pixels. */
    public int height(int tile) {
        return Math.min(y(tile) + SIDE, height) - y(tile);
    }
}
