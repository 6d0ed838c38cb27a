/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Finds lines of a picture that only moved up or down, as those of text that scrolls. A few pixels of each line stand for it until one distance
 * is likely; then the lines themselves are compared. Made once; for one thread.
 */
public final class Scroll {
    /** Fewer lines are not worth it. */
    public static final int MIN_ROWS = 64;

    private static final int SAMPLES = 16;
    private static final int MIN_VOTES = 32;
    private static final int SEVERAL = -1;
    private static final int PRIME = 0x01000193;
    private static final int SPREAD = 0x9e3779b1;

    /** After so many pictures without such lines, only every so-manieth is looked at: a film does not scroll. */
    private static final int PATIENCE = 8;

    private int[] lastLines = {};
    private int[] nowLines = {};
    private int[] votes = {};
    private int[] lines = {};
    private int misses;
    private int top;
    private int rows;
    private int from;

    /** Nothing was found. */
    public Scroll() {}

    /**
     * Looks for lines of {@code now} that were elsewhere in {@code last}, a frame like it.
     *
     * @param changed the tiles in which they differ
     */
    public boolean find(Frame now, Frame last, Tiles changed) {
        rows = 0;
        boolean isMuch = changed.count() * 8 >= changed.columns() * changed.rows();
        if (!isMuch || now.height() < 2 * MIN_ROWS || (misses > PATIENCE && ++misses % PATIENCE != 0)) {
            return false;
        }
        sample(now, last);
        int distance = likelyDistance(now.height());
        if (distance != 0) {
            longest(now, last, distance);
        }
        misses = rows > 0 ? 0 : misses + 1;
        return rows > 0;
    }

    /** The first of the lines, where they are now. */
    public int top() {
        return top;
    }

    /** How many there are; 0 if none was found. */
    public int rows() {
        return rows;
    }

    /** Where the first of them was. */
    public int from() {
        return from;
    }

    private void sample(Frame now, Frame last) {
        int height = now.height();
        if (nowLines.length < height) {
            nowLines = new int[height];
            lastLines = new int[height];
            votes = new int[2 * height];
            lines = new int[4 * Integer.highestOneBit(height)];
        }
        for (int y = 0; y < height; y++) {
            nowLines[y] = sample(now, y);
            lastLines[y] = sample(last, y);
        }
    }

    private static int sample(Frame frame, int y) {
        int bytes = frame.format().bytes();
        int step = Math.max(1, frame.width() / SAMPLES);
        long line = (long) y * frame.stride();
        int hash = 0;
        for (int x = step / 2; x < frame.width(); x += step) {
            int pixel = bytes == Integer.BYTES
                    ? frame.pixels().get(ValueLayout.JAVA_INT_UNALIGNED, line + (long) x * bytes)
                    : frame.pixels().get(ValueLayout.JAVA_SHORT_UNALIGNED, line + (long) x * bytes);
            hash = (hash ^ pixel) * PRIME;
        }
        return hash;
    }

    /** By how many lines most of those that are like one other line moved; 0 if too few did. */
    private int likelyDistance(int height) {
        Arrays.fill(lines, 0);
        Arrays.fill(votes, 0);
        for (int y = 0; y < height; y++) {
            int slot = slot(lastLines[y]);
            lines[slot] = lines[slot] == 0 ? y + 1 : SEVERAL;
        }
        int best = 0;
        for (int y = 0; y < height; y++) {
            int line = lines[slot(nowLines[y])];
            if (line > 0 && line - 1 != y && lastLines[line - 1] == nowLines[y]) {
                int distance = line - 1 - y + height;
                if (++votes[distance] > votes[best]) {
                    best = distance;
                }
            }
        }
        return votes[best] < MIN_VOTES ? 0 : best - height;
    }

    /** Two lines in one slot count as several that are alike, so that neither has a vote. */
    private int slot(int hash) {
        return (hash * SPREAD) >>> (Integer.numberOfLeadingZeros(lines.length) + 1);
    }

    /** The most lines that follow one another and are the same as those at that distance. */
    private void longest(Frame now, Frame last, int distance) {
        int begin = Math.max(0, -distance);
        int end = Math.min(now.height(), now.height() - distance);
        int first = begin;
        for (int y = begin; y <= end; y++) {
            if (y < end && isSame(now, y, last, y + distance)) {
                continue;
            }
            if (y - first > rows) {
                top = first;
                rows = y - first;
                from = first + distance;
            }
            first = y + 1;
        }
        if (rows < MIN_ROWS) {
            rows = 0;
        }
    }

    private static boolean isSame(Frame now, int y, Frame last, int otherY) {
        long line = (long) y * now.stride();
        long other = (long) otherY * last.stride();
        int bytes = now.lineBytes();
        return MemorySegment.mismatch(now.pixels(), line, line + bytes, last.pixels(), other, other + bytes) < 0;
    }
}
