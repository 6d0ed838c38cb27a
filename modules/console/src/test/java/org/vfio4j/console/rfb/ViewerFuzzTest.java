/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.vfio4j.console.display.Move;
import org.vfio4j.linux.MalformedException;
import org.vfio4j.vfio.display.Picture;
import org.vfio4j.vfio.display.Tiles;

class ViewerFuzzTest {
    private static final int WIDTH = 150;
    private static final int HEIGHT = 70;
    private static final int MAX_UPDATES = 20;

    /** What a viewer does that sends these bytes, and takes all that it is sent. */
    private static final class Served implements Requests {
        private final Picture picture = Picture.black(WIDTH, HEIGHT);
        private final UpdateWriter writer;
        private final Tiles all = new Tiles();
        private PixelLayout layout = PixelLayout.NATIVE;
        private Encodings encodings = Encodings.NONE;
        private int updates;

        Served(ServerOutput out) {
            this.writer = new UpdateWriter(out, WIDTH + 10, HEIGHT - 10, "fuzz");
            all.reset(WIDTH, HEIGHT);
            all.fill();
        }

        @Override
        public void pixelLayout(PixelLayout wanted) {
            layout = wanted;
        }

        @Override
        public void encodings(Encodings wanted) {
            assertThat(wanted.level()).isBetween(0, 9);
            encodings = wanted;
        }

        @Override
        public void update(boolean isIncremental, int x, int y, int width, int height) {
            if (updates++ > MAX_UPDATES) {
                return;
            }
            Area asked = new Area();
            asked.add(x, y, width, height);
            try {
                writer.see(picture, all, new Move());
                writer.use(layout, encodings);
                writer.prepare(picture, asked, isIncremental, UpdateWriter.FORWARDED, "fuzzed");
                if (!writer.isEmpty()) {
                    writer.write(picture);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void desktopSize(int width, int height) {
            assertThat(width).isBetween(0, 0xffff);
        }

        void close() {
            writer.close();
            picture.close();
        }
    }

    /** Whatever a viewer sends, it is served or sent away with a reason. */
    @FuzzTest(maxDuration = "60s")
    void anyBytesAreServedOrSentAway(byte[] bytes) {
        ClientInput in = new ClientInput(new ByteArrayInputStream(bytes));
        ServerOutput out = ServerOutput.of(OutputStream.nullOutputStream(), System::nanoTime);
        Served served = new Served(out);
        try {
            new Handshake(in, out).admit();
            ClientMessages messages = new ClientMessages(in, served);
            while (true) {
                messages.read();
            }
        } catch (MalformedException e) {
            assertThat(e.reason()).isNotBlank();
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("gone");
        } finally {
            served.close();
        }
    }
}
