/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** A viewer of a server that may still be starting: prints the picture's size, and a line for each of its lines that is of one colour. Port, password. */
final class SeenByViewer {
    private static final long PATIENCE = Duration.ofMinutes(2).toNanos();
    private static final long PAUSE = Duration.ofMillis(200).toNanos();

    private SeenByViewer() {}

    public static void main(String[] arguments) throws IOException {
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        try (RfbClient viewer = connect(address, arguments[1])) {
            viewer.encodings(RfbClient.RAW);
            viewer.request(false);
            viewer.update();
            StringBuilder seen = new StringBuilder(viewer.width() + "x" + viewer.height() + "\n");
            for (int y = 0; y < viewer.height(); y++) {
                seen.append(line(viewer.pixels(), y * viewer.width(), viewer.width()));
            }
            System.out.print(seen);
        }
    }

    private static String line(int[] pixels, int from, int width) {
        for (int x = 1; x < width; x++) {
            if (pixels[from + x] != pixels[from]) {
                return "mixed\n";
            }
        }
        return "%06x\n".formatted(pixels[from]);
    }

    private static RfbClient connect(InetSocketAddress address, String password) throws IOException {
        long end = System.nanoTime() + PATIENCE;
        while (true) {
            try {
                return RfbClient.connect(address, password);
            } catch (ConnectException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE);
            }
        }
    }
}
