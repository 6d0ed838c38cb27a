/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.VfioException;

/**
 * Calls the code of one vendor driver, for one device or one parent. Whatever it throws comes out as an error number: its own if it has one,
 * else EIO; a call that does not come back in time is ETIMEDOUT, and until it has come back every other call is EIO at once.
 */
public final class VendorGuard {
    /** The largest error number the kernel gives: {@code MAX_ERRNO} of linux/err.h. */
    private static final int MAX_ERRNO = 4095;

    private final String subject;
    private final VendorThreads vendors;
    private final AtomicReference<@Nullable String> hangsIn = new AtomicReference<>();
    private final AtomicBoolean hasFailed = new AtomicBoolean();
    private final Queue<Runnable> deferred = new ConcurrentLinkedQueue<>();

    /**
     * @param subject whose driver it is, for errors
     */
    VendorGuard(String subject, VendorThreads vendors) {
        this.subject = subject;
        this.vendors = vendors;
    }

    /** Whether a call has not come back. */
    public boolean hangs() {
        return hangsIn.get() != null;
    }

    /** Calls and waits. */
    public <T> T call(String operation, Supplier<T> action) {
        return call(operation, action, late -> {});
    }

    /** The same for what answers nothing. */
    public void run(String operation, Runnable action) {
        call(operation, () -> {
            action.run();
            return "";
        });
    }

    /**
     * The same for what must happen once: while an earlier call has not come back it is an error at once, and happens when that one has.
     */
    void runOnce(String operation, Runnable action) {
        if (!hangs()) {
            run(operation, action);
            return;
        }
        deferred.add(action);
        if (!hangs()) {
            runDeferred();
        }
        requireAnswering();
    }

    /**
     * Calls and waits.
     *
     * @param tooLate gets what the call answered after its caller had gone, to give it back
     */
    public <T> T call(String operation, Supplier<T> action, Consumer<? super T> tooLate) {
        requireAnswering();
        Call<T> call = new Call<>(operation, action, tooLate);
        try {
            vendors.threads().execute(call);
        } catch (RejectedExecutionException e) {
            throw new VfioException(Errno.ENODEV, subject + ": the VFIO core is closed");
        }
        return call.await();
    }

    /** A vendor's answer that cannot be true: EIO. */
    VfioException lie(String what) {
        return new VfioException(Errno.EIO, "the driver of " + subject + " answers " + what);
    }

    private void runDeferred() {
        for (Runnable action = deferred.poll(); action != null; action = deferred.poll()) {
            try {
                action.run();
            } catch (RuntimeException e) {
                warn(e);
            }
        }
    }

    private void warn(RuntimeException e) {
        System.getLogger(VendorGuard.class.getName())
                .log(System.Logger.Level.WARNING, "late call of the driver of " + subject, e);
    }

    /** EIO while a call has not come back. */
    void requireAnswering() {
        String operation = hangsIn.get();
        if (operation != null) {
            throw new VfioException(Errno.EIO, "the driver of " + subject + " hangs in " + operation);
        }
    }

    /** What the user of a driver gets to see for what it threw. */
    ErrnoException failure(String operation, Throwable thrown) {
        if (thrown instanceof ErrnoException e && e.errno() > 0 && e.errno() <= MAX_ERRNO) {
            return e;
        }
        // Once a device: what a guest can make its driver do again and again may not fill the log.
        System.Logger.Level level = hasFailed.getAndSet(true) ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING;
        String what = "the driver of " + subject + " failed in " + operation;
        System.getLogger(VendorGuard.class.getName()).log(level, what, thrown);
        VfioException failure = new VfioException(Errno.EIO, what + " with " + thrown);
        failure.initCause(thrown);
        return failure;
    }

    /** One call: it ends once, by its answer or because its caller stopped waiting. */
    private final class Call<T> implements Runnable {
        private final String operation;
        private final Supplier<T> action;
        private final Consumer<? super T> tooLate;
        private final CountDownLatch done = new CountDownLatch(1);
        private @Nullable T answer;
        private @Nullable Throwable thrown;
        private boolean abandoned;
        private boolean finished;
        private @Nullable Thread runner;

        Call(String operation, Supplier<T> action, Consumer<? super T> tooLate) {
            this.operation = operation;
            this.action = action;
            this.tooLate = tooLate;
        }

        @Override
        public void run() {
            synchronized (this) {
                runner = Thread.currentThread();
            }
            T answered = null;
            Throwable failed = null;
            try {
                answered = action.get();
            } catch (Throwable e) {
                failed = e;
            }
            if (finish(answered, failed)) {
                comeBack(answered);
            }
        }

        /** True if nobody waits any more. */
        private synchronized boolean finish(@Nullable T answered, @Nullable Throwable failed) {
            answer = answered;
            thrown = failed;
            finished = true;
            done.countDown();
            return abandoned;
        }

        private void comeBack(@Nullable T answered) {
            try {
                if (answered != null) {
                    tooLate.accept(answered);
                }
            } catch (RuntimeException e) {
                warn(e);
            } finally {
                hangsIn.set(null);
                runDeferred();
            }
        }

        T await() {
            boolean interrupted = false;
            long deadline = System.nanoTime() + vendors.bound().toNanos();
            while (true) {
                try {
                    if (!done.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        abandon();
                    }
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return result();
        }

        private synchronized void abandon() {
            if (finished) {
                return;
            }
            abandoned = true;
            hangsIn.set(operation);
            if (runner != null) {
                runner.interrupt();
            }
            throw new VfioException(
                    Errno.ETIMEDOUT,
                    "the driver of " + subject + " did not come back from " + operation + " in "
                            + vendors.bound().toMillis() + " ms");
        }

        private synchronized T result() {
            if (thrown != null) {
                throw failure(operation, thrown);
            }
            if (answer == null) {
                throw lie("null to " + operation);
            }
            return answer;
        }
    }
}
