/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EventfdTest {
    @AutoClose
    private final Eventfd event = Eventfd.create();

    @Test
    void signalsAddUpUntilTheyAreDrained() {
        event.signal();
        event.signal();

        assertThat(event.drain()).isEqualTo(2);
        assertThat(event.drain()).isZero();
    }

    @Test
    void aDuplicateCountsOnTheSameCounter() {
        try (Eventfd passed = Eventfd.take(event.fd().duplicate())) {
            passed.signal();
        }

        assertThat(event.drain()).isOne();
    }

    @Test
    void itIsReadableWhileItIsSignalled() {
        try (Poll poll = new Poll(event.fd())) {
            assertThat(poll.await(Duration.ZERO)).isFalse();
            event.signal();
            assertThat(poll.await(Duration.ZERO)).isTrue();
            event.drain();
            assertThat(poll.await(Duration.ZERO)).isFalse();
        }
    }

    @Test
    void aFullCounterIsNoError() {
        fill(event.fd());

        assertThatCode(event::signal).doesNotThrowAnyException();
        assertThat(event.drain()).isEqualTo(-2L);
    }

    /** Whoever passes an eventfd could else stop the thread that signals it. */
    @Test
    @Timeout(30)
    void oneThatCameBlockingNeverBlocks() throws Throwable {
        try (Eventfd passed = Eventfd.take(blockingEventfd())) {
            assertThat(passed.drain()).isZero();
            fill(passed.fd());
            passed.signal();
            assertThat(passed.drain()).isEqualTo(-2L);
        }
    }

    private static void fill(Fd eventfd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment most = arena.allocateFrom(ValueLayout.JAVA_LONG, -2L); // 2^64 - 2
            assertThat(FileIo.write(eventfd, most)).isEqualTo(8);
        }
    }

    private static Fd blockingEventfd() throws Throwable {
        MethodHandle create = Native.libc("eventfd", FunctionDescriptor.of(Native.INT, Native.INT, Native.INT));
        return Fd.take((int) create.invokeExact(Native.state(), 0, 0), "blocking eventfd");
    }
}
