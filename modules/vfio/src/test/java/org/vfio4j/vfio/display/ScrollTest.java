/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScrollTest {
    private static final int WIDTH = 320;
    private static final int HEIGHT = 240;

    private final Arena arena = Arena.ofConfined();
    private final Frame last = frame();
    private final Frame now = frame();
    private final Tiles all = new Tiles();
    private final Scroll scroll = new Scroll();

    ScrollTest() {
        all.reset(WIDTH, HEIGHT);
        all.fill();
    }

    private Frame frame() {
        MemorySegment memory = arena.allocate(WIDTH * HEIGHT * 4L);
        return new Frame(WIDTH, HEIGHT, WIDTH * 4, PixelFormat.XRGB8888, memory);
    }

    @AfterEach
    void close() {
        arena.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, -16, 100, -120})
    void linesThatMovedAreFound(int distance) {
        for (int y = 0; y < HEIGHT; y++) {
            draw(last, y, y);
            draw(now, y, y + distance);
        }

        assertThat(scroll.find(now, last, all)).isTrue();
        assertThat(scroll.from() - scroll.top()).isEqualTo(distance);
        assertThat(scroll.rows()).isEqualTo(HEIGHT - Math.abs(distance));
        assertThat(scroll.top()).isEqualTo(Math.max(0, -distance));
    }

    @Test
    void aPixelThatDiffersEndsThem() {
        for (int y = 0; y < HEIGHT; y++) {
            draw(last, y, y);
            draw(now, y, y + 10);
        }
        now.pixels().set(ValueLayout.JAVA_INT, (100L * WIDTH + 3) * 4, -1);

        assertThat(scroll.find(now, last, all)).isTrue();
        assertThat(scroll.top()).isEqualTo(101);
        assertThat(scroll.rows()).isEqualTo(HEIGHT - 10 - 101);
    }

    @Test
    void whatDidNotMoveIsNotFound() {
        Random random = new Random(1);
        for (int y = 0; y < HEIGHT; y++) {
            draw(last, y, y);
            draw(now, y, random.nextInt());
        }
        assertThat(scroll.find(now, last, all)).as("another picture").isFalse();

        all.clear();
        all.add(0);
        for (int y = 0; y < HEIGHT; y++) {
            draw(now, y, y + 10);
        }
        assertThat(scroll.find(now, last, all)).as("a little").isFalse();
    }

    @Test
    void linesThatAreAllTheSameMoveNowhere() {
        now.pixels().fill((byte) 1);

        assertThat(scroll.find(now, last, all)).isFalse();
    }

    private static void draw(Frame frame, int y, int line) {
        for (int x = 0; x < WIDTH; x++) {
            frame.pixels().set(ValueLayout.JAVA_INT, ((long) y * WIDTH + x) * 4, line * 0x9e3779b1 + x);
        }
    }
}
