/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The end of a command that serves until it is told to stop. A signal (SIGINT, SIGTERM) lets it end in order, and ends the process with 0, since
 * that is what was wanted.
 */
public final class Ending implements AutoCloseable {
    private static final long SHUTDOWN_SECONDS = 15;

    private final CountDownLatch end = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().unstarted(this::endOnSignal);

    /** From now on a signal is such an end. */
    public void listen() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Lets {@link #await} return. */
    public void now() {
        end.countDown();
    }

    /** Waits for a signal or {@link #now}. */
    public void await() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All that was served is closed. */
    @Override
    public void close() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // it is what ends the process now
        }
    }

    private void endOnSignal() {
        end.countDown();
        try {
            if (done.await(SHUTDOWN_SECONDS, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(ExitCode.OK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
