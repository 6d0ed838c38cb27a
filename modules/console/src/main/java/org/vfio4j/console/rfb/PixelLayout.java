/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.IOException;
import org.vfio4j.linux.MalformedException;

/**
 * RFB's PIXEL_FORMAT (RFC 6143, 7.4) of true colour.
 *
 * @param bits of a pixel on the wire: 8, 16 or 32
 * @param depth how many of them mean something
 * @param isBigEndian the order of a pixel's bytes
 * @param redMax the value of full red; the others alike
 * @param redShift where red begins, in bits from the lowest one; the others alike
 */
record PixelLayout(
        int bits,
        int depth,
        boolean isBigEndian,
        int redMax,
        int greenMax,
        int blueMax,
        int redShift,
        int greenShift,
        int blueShift) {
    /** XRGB8888 of a little-endian machine, as most devices have it. */
    static final PixelLayout NATIVE = new PixelLayout(32, 24, false, 255, 255, 255, 16, 8, 0);

    private static final int PADDING = 3;

    /**
     * Reads the 16 bytes.
     *
     * @throws MalformedException for what no pixel can be, and for a colour map: this server has none
     */
    static PixelLayout read(ClientInput in) throws IOException {
        int bits = in.u8();
        int depth = in.u8();
        boolean bigEndian = in.u8() != 0;
        boolean trueColour = in.u8() != 0;
        PixelLayout read =
                new PixelLayout(bits, depth, bigEndian, in.u16(), in.u16(), in.u16(), in.u8(), in.u8(), in.u8());
        in.skip(PADDING);
        if (!trueColour) {
            throw new MalformedException("the viewer wants a colour map, and this server shows true colour only");
        }
        boolean known = bits == 8 || bits == 16 || bits == 32;
        boolean fits = read.fits(read.redMax, read.redShift)
                && read.fits(read.greenMax, read.greenShift)
                && read.fits(read.blueMax, read.blueShift);
        if (!known || depth == 0 || depth > bits || !fits) {
            throw new MalformedException("no pixel is laid out as " + read);
        }
        return read;
    }

    void write(ServerOutput out) throws IOException {
        out.u8(bits);
        out.u8(depth);
        out.u8(isBigEndian ? 1 : 0);
        out.u8(1);
        out.u16(redMax);
        out.u16(greenMax);
        out.u16(blueMax);
        out.u8(redShift);
        out.u8(greenShift);
        out.u8(blueShift);
        for (int i = 0; i < PADDING; i++) {
            out.u8(0);
        }
    }

    /** Whether a component of that largest value lies within the pixel. */
    private boolean fits(int max, int shift) {
        return max > 0 && shift < bits && (long) max << shift < 1L << bits;
    }
}
