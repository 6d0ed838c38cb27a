/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DamageTest {
    private static final int WIDTH = 300;
    private static final int HEIGHT = 150;
    private static final int STRIDE = 1280;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate((long) STRIDE * (HEIGHT - 1) + WIDTH * 4L);
    private final Frame frame = new Frame(WIDTH, HEIGHT, STRIDE, PixelFormat.XRGB8888, memory);
    private final Damage damage = new Damage();

    @AfterEach
    void close() {
        damage.close();
        arena.close();
    }

    @Test
    void theFirstLookIsAllOfThePicture() {
        assertThat(damage.update(frame)).containsExactly(new Damage.Rectangle(0, 0, WIDTH, HEIGHT));
        assertThat(damage.update(frame)).isEmpty();
    }

    @Test
    void aPixelIsItsTile() {
        damage.update(frame);
        pixel(130, 70, 0xff8800);

        assertThat(damage.update(frame)).containsExactly(new Damage.Rectangle(128, 64, 64, 64));
        assertThat(Objects.requireNonNull(damage.kept()).rgb(130, 70)).isEqualTo(0xff8800);
        assertThat(damage.update(frame)).isEmpty();
    }

    @Test
    void tilesThatTouchAreOneAndTheLastOnesEndWithThePicture() {
        damage.update(frame);
        pixel(10, 0, 1);
        pixel(64, 63, 1);
        pixel(299, 149, 1);

        assertThat(damage.update(frame))
                .containsExactly(new Damage.Rectangle(0, 0, 128, 64), new Damage.Rectangle(256, 128, 44, 22));
    }

    @Test
    void whatLiesBetweenTheLinesIsNoDamage() {
        damage.update(frame);
        memory.set(ValueLayout.JAVA_BYTE, WIDTH * 4L + 3, (byte) 1);

        assertThat(damage.update(frame)).isEmpty();
    }

    @Test
    void anotherSizeIsAllNew() {
        damage.update(frame);
        Frame smaller = new Frame(100, 100, STRIDE, PixelFormat.XRGB8888, memory.asSlice(0, STRIDE * 99L + 400));

        assertThat(damage.update(smaller)).containsExactly(new Damage.Rectangle(0, 0, 100, 100));
        damage.clear();
        assertThat(damage.update(smaller)).hasSize(1);
    }

    @Test
    void randomPicturesAreFollowedExactly() {
        Random random = new Random(7);
        damage.update(frame);
        for (int round = 0; round < 200; round++) {
            BitSet expected = new BitSet();
            for (int i = random.nextInt(6); i > 0; i--) {
                int x = random.nextInt(WIDTH);
                int y = random.nextInt(HEIGHT);
                pixel(x, y, random.nextInt());
            }
            Frame before = Objects.requireNonNull(damage.kept());
            for (int y = 0; y < HEIGHT; y++) {
                for (int x = 0; x < WIDTH; x++) {
                    if (before.pixels().get(ValueLayout.JAVA_INT, (long) y * STRIDE + x * 4L)
                            != memory.get(ValueLayout.JAVA_INT, (long) y * STRIDE + x * 4L)) {
                        expected.set(y / Damage.TILE * 5 + x / Damage.TILE);
                    }
                }
            }
            BitSet found = new BitSet();
            for (Damage.Rectangle part : damage.update(frame)) {
                for (int x = part.x(); x < part.x() + part.width(); x += Damage.TILE) {
                    found.set(part.y() / Damage.TILE * 5 + x / Damage.TILE);
                }
            }
            assertThat(found).isEqualTo(expected);
            assertThat(damage.update(frame)).isEqualTo(List.of());
        }
    }

    private void pixel(int x, int y, int rgb) {
        memory.set(ValueLayout.JAVA_INT, (long) y * STRIDE + x * 4L, rgb);
    }
}
