/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EpollTest {
    private final Epoll epoll = Epoll.create();
    private final Eventfd first = Eventfd.create();
    private final Eventfd second = Eventfd.create();

    @AfterEach
    void close() {
        epoll.close();
        first.close();
        second.close();
    }

    @Test
    void tellsWhichOneCanBeRead() {
        epoll.add(first.fd(), 1);
        epoll.add(second.fd(), Long.MIN_VALUE + 7);

        second.signal();

        assertThat(epoll.await()).isEqualTo(Long.MIN_VALUE + 7);
        assertThat(epoll.await()).isEqualTo(Long.MIN_VALUE + 7);
        second.drain();
        first.signal();
        assertThat(epoll.await()).isEqualTo(1);
    }

    @Test
    void forgetsOneThatIsClosed() {
        epoll.add(first.fd(), 1);
        epoll.add(second.fd(), 2);
        first.signal();

        first.close();
        second.signal();

        assertThat(epoll.await()).isEqualTo(2);
    }

    @Test
    void oneCanBeAddedWhileItWaits() throws InterruptedException {
        long[] told = new long[1];
        Thread waiting = Thread.ofPlatform().start(() -> told[0] = epoll.await());

        second.signal();
        epoll.add(second.fd(), 2);
        waiting.join();

        assertThat(told[0]).isEqualTo(2);
    }
}
