/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.show;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.imageio.ImageIO;
import org.vfio4j.vfio.display.Frame;

/** A picture as a PNG file. */
final class PngFile {
    private PngFile() {}

    /** Writes all of it, or leaves what was there. */
    static void write(Frame frame, Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException("there is no folder " + file.getParent());
        }
        if (Files.isDirectory(file)) {
            throw new IOException("it is a folder");
        }
        Path written = Files.createTempFile(folder, ".vfio", ".png");
        try {
            ImageIO.setUseCache(false);
            if (!ImageIO.write(image(frame), "png", written.toFile())) {
                throw new IOException("this Java writes no PNG");
            }
            Files.move(written, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private static BufferedImage image(Frame frame) {
        BufferedImage image = new BufferedImage(frame.width(), frame.height(), BufferedImage.TYPE_INT_RGB);
        int[] line = new int[frame.width()];
        for (int y = 0; y < frame.height(); y++) {
            for (int x = 0; x < line.length; x++) {
                line[x] = frame.rgb(x, y);
            }
            image.setRGB(0, y, line.length, 1, line, 0, line.length);
        }
        return image;
    }
}
