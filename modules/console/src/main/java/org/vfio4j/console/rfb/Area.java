/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

/** A rectangle that grows with what is added to it, in pixels. */
final class Area {
    private int left;
    private int top;
    private int right;
    private int bottom;

    boolean isEmpty() {
        return left == right;
    }

    void clear() {
        left = 0;
        top = 0;
        right = 0;
        bottom = 0;
    }

    void copy(Area other) {
        left = other.left;
        top = other.top;
        right = other.right;
        bottom = other.bottom;
    }

    /** Grows to hold this too; one without a pixel counts as one with one, so that it is answered. */
    void add(int x, int y, int width, int height) {
        boolean first = isEmpty();
        int toRight = x + Math.max(width, 1);
        int toBottom = y + Math.max(height, 1);
        left = first ? x : Math.min(left, x);
        top = first ? y : Math.min(top, y);
        right = first ? toRight : Math.max(right, toRight);
        bottom = first ? toBottom : Math.max(bottom, toBottom);
    }

    boolean holds(int x, int y, int width, int height) {
        return x >= left && y >= top && x + width <= right && y + height <= bottom;
    }

    boolean meets(int x, int y, int width, int height) {
        return x < right && y < bottom && x + width > left && y + height > top;
    }
}
