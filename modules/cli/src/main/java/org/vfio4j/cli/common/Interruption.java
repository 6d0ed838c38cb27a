/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import java.util.concurrent.CountDownLatch;

/** SIGINT and SIGTERM for a command that takes back what it did before it ends: they only ask, and the process ends with the command. */
public final class Interruption implements AutoCloseable {
    private final Thread hook = Thread.ofPlatform().unstarted(this::onSignal);
    private volatile boolean asked;

    private Interruption() {}

    /** From now on a signal only asks. */
    public static Interruption listen() {
        Interruption interruption = new Interruption();
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    /** Whether there was a signal. */
    public boolean isAsked() {
        return asked;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // A signal was there: the process ends where all commands do.
        }
    }

    /** Keeps the process until the command has said how it ended, and halts it. */
    private void onSignal() {
        asked = true;
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
