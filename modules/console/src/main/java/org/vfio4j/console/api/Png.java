/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.vfio4j.vfio.display.Frame;

/** A picture as PNG, whole or small. */
final class Png {
    /** Of a side, so many pixels at most become one: more are not seen. */
    private static final int MAX_SAMPLES = 4;

    private Png() {}

    /**
     * @param width of the PNG in pixels; a picture that is no wider stays as it is
     */
    static byte[] of(Frame frame, int width) {
        int shownWidth = Math.min(frame.width(), width);
        int shownHeight = Math.max(1, (int) ((long) frame.height() * shownWidth / frame.width()));
        BufferedImage image = new BufferedImage(shownWidth, shownHeight, BufferedImage.TYPE_INT_RGB);
        int[] line = new int[shownWidth];
        for (int y = 0; y < shownHeight; y++) {
            for (int x = 0; x < shownWidth; x++) {
                line[x] = shownWidth == frame.width() ? frame.rgb(x, y) : mean(frame, x, y, shownWidth, shownHeight);
            }
            image.setRGB(0, y, shownWidth, 1, line, 0, shownWidth);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            if (!ImageIO.write(image, "png", stream)) {
                throw new IOException("this Java writes no PNG");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** The mean of the pixels that become one. */
    private static int mean(Frame frame, int x, int y, int width, int height) {
        int left = (int) ((long) x * frame.width() / width);
        int right = Math.max(left + 1, (int) ((x + 1L) * frame.width() / width));
        int top = (int) ((long) y * frame.height() / height);
        int bottom = Math.max(top + 1, (int) ((y + 1L) * frame.height() / height));
        int stepX = Math.max(1, (right - left) / MAX_SAMPLES);
        int stepY = Math.max(1, (bottom - top) / MAX_SAMPLES);
        int red = 0;
        int green = 0;
        int blue = 0;
        int count = 0;
        for (int fromY = top; fromY < bottom; fromY += stepY) {
            for (int fromX = left; fromX < right; fromX += stepX) {
                int rgb = frame.rgb(fromX, fromY);
                red += (rgb >> 16) & 0xff;
                green += (rgb >> 8) & 0xff;
                blue += rgb & 0xff;
                count++;
            }
        }
        return (red / count) << 16 | (green / count) << 8 | (blue / count);
    }
}
