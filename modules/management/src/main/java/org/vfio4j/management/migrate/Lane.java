/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Does one thing after the other on a thread of its own, while the next is being made ready: who hands one over waits for the one before, and gets what
 * it failed with. For one thread.
 */
final class Lane implements AutoCloseable {
    private final ExecutorService thread;
    private @Nullable Future<?> last;

    /**
     * @param name of the thread
     */
    Lane(String name) {
        this.thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
    }

    /** Begins it, once the one before is done. */
    void hand(Runnable task) {
        await();
        last = thread.submit(task);
    }

    /** Returns when all is done. */
    void await() {
        Future<?> waited = last;
        last = null;
        if (waited == null) {
            return;
        }
        try {
            waited.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failed) {
                throw failed;
            }
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for what was begun, whatever comes of it. */
    @Override
    public void close() {
        thread.close();
    }
}
