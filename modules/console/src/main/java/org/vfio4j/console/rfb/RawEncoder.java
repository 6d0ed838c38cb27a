/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.IOException;
import org.vfio4j.vfio.display.Frame;
import org.vfio4j.vfio.display.PixelFormat;

/** Raw pixels (RFC 6143, 7.7.1): the device's bytes as they are, where the viewer wants them so. */
final class RawEncoder implements Encoder {
    private final PixelWriter pixels;
    private final int[] line = new int[MAX_WIDTH];

    RawEncoder(PixelLayout layout) {
        this.pixels = PixelWriter.of(layout);
    }

    @Override
    public int code() {
        return Encodings.RAW;
    }

    @Override
    public void encode(Frame frame, int x, int y, int width, int height, ServerOutput out) throws IOException {
        PixelFormat format = frame.format();
        boolean same = format == PixelFormat.XRGB8888 || format == PixelFormat.ARGB8888;
        long at = (long) y * frame.stride() + (long) x * format.bytes();
        for (int i = 0; i < height; i++, at += frame.stride()) {
            if (same && pixels.isNative()) {
                out.bytes(frame.pixels(), at, width * Integer.BYTES);
            } else {
                format.read(frame.pixels(), at, line, 0, width);
                out.pixels(pixels, line, width);
            }
        }
    }
}
