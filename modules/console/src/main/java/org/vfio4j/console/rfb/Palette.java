/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.util.Arrays;

/** The colours of a tile, numbered in the order in which they came; no more than ZRLE has numbers for. Made once. */
final class Palette {
    /** A palette of ZRLE's run-length form has so many at most. */
    static final int MAX = 127;

    private static final int SLOTS = 512;
    private static final int HASH = 0x9e3779b1;
    private static final int HASH_SHIFT = Integer.SIZE - 9;

    private final byte[] numbers = new byte[SLOTS];
    private final int[] colours = new int[MAX];
    private int size;

    void clear() {
        Arrays.fill(numbers, (byte) 0);
        size = 0;
    }

    /** How many colours there are, {@link #MAX} + 1 if there were more. */
    int size() {
        return size;
    }

    int colour(int number) {
        return colours[number];
    }

    /** Takes note of a colour, if there are not too many. */
    void add(int colour) {
        int slot = slot(colour);
        if (numbers[slot] != 0) {
            return;
        }
        if (size < MAX) {
            colours[size] = colour;
            numbers[slot] = (byte) (size + 1);
        }
        size++;
    }

    /** The number of a colour that has been added. */
    int number(int colour) {
        return numbers[slot(colour)] - 1;
    }

    /** Where a colour is, or where it would be put. */
    private int slot(int colour) {
        int slot = (colour * HASH) >>> HASH_SHIFT;
        while (numbers[slot] != 0 && colours[numbers[slot] - 1] != colour) {
            slot = (slot + 1) & (SLOTS - 1);
        }
        return slot;
    }
}
