/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The EDID 1.4 of a monitor with one resolution: a base block with a detailed timing, see VESA's E-EDID standard, release A2. */
final class MonitorEdid {
    private static final int BLOCK = 128;
    private static final int TIMING = 54;
    private static final int HORIZONTAL_BLANK = 160;
    private static final int VERTICAL_BLANK = 40;
    private static final int HERTZ = 60;
    private static final int CLOCK_UNIT = 10_000;
    private static final byte DUMMY_DESCRIPTOR = 0x10;

    private MonitorEdid() {}

    /** The block of a monitor that wants {@code width} x {@code height} at 60 Hz, each less than 4096. */
    static byte[] of(int width, int height) {
        ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        block.putLong(0, 0x00ffffffffffff00L);
        block.put(8, (byte) 0x05).put(9, (byte) 0xb1); // manufacturer, three letters of 5 bits
        block.put(18, (byte) 1).put(19, (byte) 4); // version
        block.put(20, (byte) 0xa5); // digital, 8 bits a colour
        block.put(24, (byte) 0x02); // the first timing is the preferred one
        for (int i = 38; i < TIMING; i++) {
            block.put(i, (byte) 1); // no standard timings
        }
        timing(block.slice(TIMING, 18).order(ByteOrder.LITTLE_ENDIAN), width, height);
        for (int descriptor = TIMING + 18; descriptor < 126; descriptor += 18) {
            block.put(descriptor + 3, DUMMY_DESCRIPTOR);
        }
        int sum = 0;
        for (byte b : block.array()) {
            sum += b;
        }
        return block.put(BLOCK - 1, (byte) -sum).array();
    }

    private static void timing(ByteBuffer timing, int width, int height) {
        int clock = (width + HORIZONTAL_BLANK) * (height + VERTICAL_BLANK) * HERTZ / CLOCK_UNIT;
        timing.putShort(0, (short) clock);
        timing.put(2, (byte) width).put(3, (byte) HORIZONTAL_BLANK).put(4, (byte) (width >> 8 << 4));
        timing.put(5, (byte) height).put(6, (byte) VERTICAL_BLANK).put(7, (byte) (height >> 8 << 4));
        timing.put(8, (byte) 48).put(9, (byte) 32).put(10, (byte) 0x36); // sync: front porches and widths
        timing.put(17, (byte) 0x1e); // digital separate sync
    }
}
