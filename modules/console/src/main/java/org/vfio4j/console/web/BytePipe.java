/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Bytes from one thread for another: who puts waits while it is full, who reads while it is empty. */
final class BytePipe extends InputStream {
    private final byte[] ring;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int start;
    private int count;
    private boolean ended;

    BytePipe(int capacity) {
        this.ring = new byte[capacity];
    }

    /** Adds bytes; they are dropped if nobody reads any more. */
    void put(byte[] bytes) {
        lock.lock();
        try {
            int done = 0;
            while (done < bytes.length) {
                while (count == ring.length && !ended) {
                    changed.awaitUninterruptibly();
                }
                if (ended) {
                    return;
                }
                int at = (start + count) % ring.length;
                int some = Math.min(bytes.length - done, Math.min(ring.length - count, ring.length - at));
                System.arraycopy(bytes, done, ring, at, some);
                count += some;
                done += some;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        lock.lock();
        try {
            while (count == 0 && !ended) {
                changed.awaitUninterruptibly();
            }
            if (count == 0) {
                return -1;
            }
            int some = Math.min(length, Math.min(count, ring.length - start));
            System.arraycopy(ring, start, into, offset, some);
            start = (start + some) % ring.length;
            count -= some;
            changed.signalAll();
            return some;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int available() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** The end: what is in it can still be read, nothing more comes. */
    @Override
    public void close() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
