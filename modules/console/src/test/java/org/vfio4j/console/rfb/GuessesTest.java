/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GuessesTest {
    private static final InetAddress PEER = InetAddress.ofLiteral("192.0.2.7");
    private static final InetAddress OTHER = InetAddress.ofLiteral("192.0.2.8");

    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);
    private final Guesses guesses = new Guesses(nanoTime::get);

    private void wrong(InetAddress peer, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(guesses.begin(peer)).isZero();
        }
    }

    private void pass(Duration time) {
        nanoTime.addAndGet(time.toNanos());
    }

    @Test
    void fiveAreFreeAndThenThePauseDoublesUpToFiveMinutes() {
        wrong(PEER, 5);

        List<Long> seconds = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            Duration pause = Duration.ofNanos(guesses.begin(PEER));
            seconds.add(pause.toSeconds());
            pass(pause.minusNanos(1));
            assertThat(guesses.begin(PEER)).isEqualTo(1);
            pass(Duration.ofNanos(1));
            wrong(PEER, 1);
        }
        assertThat(seconds).startsWith(10L, 20L, 40L, 80L, 160L);
        assertThat(seconds.subList(5, seconds.size())).containsOnly(300L);
    }

    @Test
    void othersDoNotWait() {
        wrong(PEER, 5);

        assertThat(guesses.pause(PEER)).isPositive();
        assertThat(guesses.pause(OTHER)).isZero();
        wrong(OTHER, 5);
    }

    @Test
    void theRightOneEndsItAndSoDoesAnHourWithoutAWrongOne() {
        wrong(PEER, 4);
        guesses.right(PEER);
        wrong(PEER, 5);
        assertThat(guesses.pause(PEER)).isPositive();

        pass(Duration.ofHours(1));
        wrong(PEER, 5);
        assertThat(guesses.pause(PEER)).isPositive();
    }

    @Test
    void anIpv6NetworkIsOnePeer() {
        for (int i = 1; i <= 5; i++) {
            wrong(InetAddress.ofLiteral("2001:db8:0:1::" + i), 1);
        }

        assertThat(guesses.pause(InetAddress.ofLiteral("2001:db8:0:1:ffff::1"))).isPositive();
        assertThat(guesses.pause(InetAddress.ofLiteral("2001:db8:0:2::1"))).isZero();
    }

    @Test
    void howeverManyPeersGuessOnlyTheLastOnesAreRemembered() {
        wrong(PEER, 5);
        for (int i = 0; i < 100_000; i++) {
            wrong(InetAddress.ofLiteral("10." + (i >> 16) + "." + (i >> 8 & 0xff) + "." + (i & 0xff)), 1);
        }

        assertThat(guesses.size()).isEqualTo(1_024);
    }
}
