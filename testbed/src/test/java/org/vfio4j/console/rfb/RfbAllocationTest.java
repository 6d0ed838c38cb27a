/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.console.display.Move;
import org.vfio4j.vfio.display.Damage;
import org.vfio4j.vfio.display.Frame;
import org.vfio4j.vfio.display.PixelFormat;
import org.vfio4j.vfio.display.Scroll;

/** From a frame that has changed to the bytes that a viewer gets, nothing is allocated for a frame or a part of it. */
class RfbAllocationTest {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 480;
    private static final int FRAMES = 100;

    /** The JVM compiles when it likes, and what is not compiled yet allocates. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Bytes a frame that are none: what the JVM itself does in a thread meanwhile. */
    private static final long NOTHING = 16;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Arena arena = Arena.ofConfined();
    private final Frame frame =
            new Frame(WIDTH, HEIGHT, WIDTH * 4, PixelFormat.XRGB8888, arena.allocate(WIDTH * HEIGHT * 4L));
    private final Damage damage = new Damage();
    private final Scroll scroll = new Scroll();
    private final Move still = new Move();
    private final Area all = new Area();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingIsAllocatedForAFrame(boolean zrle) throws IOException {
        all.add(0, 0, WIDTH, HEIGHT);
        damage.update(frame);
        Encodings encodings = new Encodings(zrle, false, true, false, false, 1);
        long least = Long.MAX_VALUE;
        try (UpdateWriter writer = new UpdateWriter(
                ServerOutput.of(OutputStream.nullOutputStream(), System::nanoTime), WIDTH, HEIGHT, "allocation")) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            for (int round = 0; least > NOTHING && System.nanoTime() < end; round++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < FRAMES; i++) {
                    draw(round * FRAMES + i);
                    send(writer, encodings);
                }
                least = Math.min(least, (THREADS.getCurrentThreadAllocatedBytes() - before) / FRAMES);
            }
        } finally {
            damage.close();
            arena.close();
        }
        assertThat(least).as("bytes a frame").isLessThanOrEqualTo(NOTHING);
    }

    private void send(UpdateWriter writer, Encodings encodings) throws IOException {
        assertThatChanged(damage.compare(frame));
        scroll.find(frame, Objects.requireNonNull(damage.kept()), damage.changed());
        damage.keep(frame);
        writer.see(Objects.requireNonNull(damage.picture()), damage.changed(), still);
        writer.use(PixelLayout.NATIVE, encodings);
        writer.prepare(damage.picture(), all, false, UpdateWriter.NO_STATUS, "allocation");
        assertThatChanged(!writer.isEmpty());
        writer.write(damage.picture());
    }

    private static void assertThatChanged(boolean changed) {
        if (!changed) {
            throw new AssertionError("the frame has changed");
        }
    }

    /** A few colours, runs and noise, in all of the picture. */
    private void draw(int number) {
        MemorySegment pixels = frame.pixels();
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                int colour = x < 200 ? number + y / 9 : x < 400 ? number + (x ^ y) % 40 : (number + x) * (y + 31) * 77;
                pixels.set(ValueLayout.JAVA_INT, (y * WIDTH + x) * 4L, colour);
            }
        }
    }
}
