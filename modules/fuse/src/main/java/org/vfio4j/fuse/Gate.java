/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;

/**
 * What every call from the kernel passes through. An exception that left a callback would end the JVM, so here it becomes an error number;
 * and the gate knows whether a call is still inside, for the memory that libfuse calls back through must live as long.
 */
final class Gate {
    private static final System.Logger LOG = System.getLogger(Gate.class.getName());

    private final ReentrantReadWriteLock inside = new ReentrantReadWriteLock();
    /** {@link System#nanoTime} of when a call last left. */
    private volatile long lastLeft = System.nanoTime();

    /** A callback: not negative on success. */
    @FunctionalInterface
    interface Call {
        int run();
    }

    /** The callback's answer, or its exception's error number, negated; EIO for what is no error number but a mistake of ours. */
    int pass(String operation, String path, Call call) {
        inside.readLock().lock();
        try {
            return call.run();
        } catch (ErrnoException e) {
            return e.errno() > 0 ? -e.errno() : unexpected(operation, path, e);
        } catch (Throwable e) {
            return unexpected(operation, path, e);
        } finally {
            lastLeft = System.nanoTime();
            inside.readLock().unlock();
        }
    }

    private static int unexpected(String operation, String path, Throwable e) {
        try {
            LOG.log(System.Logger.Level.WARNING, operation + " " + path + " failed", e);
        } catch (Throwable _) {
            // Nothing is left to be done about a log that fails, such as for want of memory.
        }
        return -Errno.EIO;
    }

    /** True if no call but the asking thread's own is inside, and none has been for this long. */
    boolean quietFor(Duration time) {
        return inside.getReadLockCount() == inside.getReadHoldCount() && System.nanoTime() - lastLeft >= time.toNanos();
    }

    /** Waits until no call is inside; false if one still is after this time. */
    boolean empty(Duration patience) throws InterruptedException {
        if (inside.writeLock().tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            inside.writeLock().unlock();
            return true;
        }
        return false;
    }
}
