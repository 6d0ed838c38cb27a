/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PollTest {
    @AutoClose
    private final Eventfd left = Eventfd.create();

    @AutoClose
    private final Eventfd right = Eventfd.create();

    @AutoClose
    private final Poll poll = new Poll(left.fd(), right.fd());

    @Test
    void itSaysWhichOneIsReady() {
        right.signal();

        assertThat(poll.await(Duration.ofSeconds(30))).isTrue();
        assertThat(poll.ready(0)).isFalse();
        assertThat(poll.ready(1)).isTrue();
    }

    @Test
    void theTimeIsUpNoSoonerThanAsked() {
        long start = System.nanoTime();

        boolean ready = poll.await(Duration.ofNanos(20_500_000));

        assertThat(ready).isFalse();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_500_000);
        assertThat(poll.ready(0)).isFalse();
    }

    @Test
    @Timeout(30)
    void aNegativeTimeWaitsUntilSomethingHappens() {
        Thread.ofPlatform().start(left::signal);

        assertThat(poll.await(Duration.ofSeconds(-1))).isTrue();
        assertThat(poll.ready(0)).isTrue();
    }

    @Test
    @Timeout(30)
    void anEndlessTimeWaitsUntilSomethingHappens() {
        Thread.ofPlatform().start(left::signal);

        assertThat(poll.await(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
    }

    @Test
    void aPeerThatHungUpIsReady() {
        UnixSocket.Pair pair = UnixSocket.pair();
        try (Fd mine = pair.left();
                Poll hangup = new Poll(mine)) {
            pair.right().close();

            assertThat(hangup.await(Duration.ofSeconds(30))).isTrue();
            assertThat(hangup.ready(0)).isTrue();
        }
    }

    @Test
    void nothingToWatchIsATimer() {
        try (Poll nothing = new Poll()) {
            assertThat(nothing.await(Duration.ZERO)).isFalse();
        }
    }

    @Test
    void aSecondCloseDoesNothing() {
        Poll twice = new Poll(left.fd());
        twice.close();

        assertThatCode(twice::close).doesNotThrowAnyException();
    }
}
