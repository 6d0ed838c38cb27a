/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

/**
 * How a monitor would be driven at a size: VESA's CVT 1.2 with reduced blanking, at 60 Hz or, where the pixel clock of a detailed timing would
 * not hold that, slower.
 *
 * @param clock pixels, in 10 kHz
 * @param width in pixels
 * @param height in lines
 * @param hBlank in pixels
 * @param hFront porch, in pixels
 * @param hSync in pixels
 * @param vBlank in lines
 * @param vFront porch, in lines
 * @param vSync in lines
 */
record Timing(int clock, int width, int height, int hBlank, int hFront, int hSync, int vBlank, int vFront, int vSync) {
    private static final int H_BLANK = 160;
    private static final int H_FRONT = 48;
    private static final int H_SYNC = 32;
    private static final int V_FRONT = 3;
    private static final int V_BACK_MIN = 6;
    private static final double V_BLANK_MIN_SECONDS = 460e-6;
    private static final int HERTZ = 60;
    private static final double CLOCK_UNIT = 10_000;

    /** What a detailed timing has at least, in Hz, with room for rounding down; a small picture has wider blanks. */
    private static final int MIN_CLOCK = 10_250_000;

    /** Of the base block's 16 bits. */
    private static final int MAX_CLOCK = 65535;

    static Timing of(int width, int height) {
        int vSync = vSync(width, height);
        double line = (1.0 / HERTZ - V_BLANK_MIN_SECONDS) / height;
        int vBlank = Math.max((int) (V_BLANK_MIN_SECONDS / line) + 1, V_FRONT + vSync + V_BACK_MIN);
        int hBlank = Math.max(H_BLANK, MIN_CLOCK / HERTZ / (height + vBlank) + 1 - width);
        long total = (long) (width + hBlank) * (height + vBlank);
        int clock = (int) Math.min(Math.floor(total * HERTZ / CLOCK_UNIT / 25) * 25, MAX_CLOCK);
        return new Timing(Math.max(clock, 1), width, height, hBlank, H_FRONT, H_SYNC, vBlank, V_FRONT, vSync);
    }

    /** Its length tells the aspect ratio. */
    private static int vSync(int width, int height) {
        if (width * 3L == height * 4L) {
            return 4;
        }
        if (width * 9L == height * 16L) {
            return 5;
        }
        if (width * 10L == height * 16L) {
            return 6;
        }
        return width * 4L == height * 5L || width * 9L == height * 15L ? 7 : 10;
    }
}
