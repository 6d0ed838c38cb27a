/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Where a core calls its vendor drivers: on daemon threads of their own, each call with a bound, so that one that hangs holds only itself. */
final class VendorThreads implements AutoCloseable {
    private static final long IDLE_SECONDS = 2;

    private final ExecutorService threads;
    private final Supplier<Duration> bound;

    /**
     * @param bound asked at each call
     */
    VendorThreads(Supplier<Duration> bound) {
        this.bound = bound;
        this.threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().daemon().name("vfio-vendor-", 0).factory());
    }

    ExecutorService threads() {
        return threads;
    }

    Duration bound() {
        return bound.get();
    }

    /** Interrupts whoever is still in a vendor's code. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
