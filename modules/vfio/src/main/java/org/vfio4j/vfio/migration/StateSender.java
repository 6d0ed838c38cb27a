/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/**
 * Gets a device's state out: ahead while it runs, in rounds, until what is left fits into the time that it may stand still; then the rest of the
 * stopped device. It only leads the device to STOP_COPY: whoever uses it brings it back. One thread uses it; any may {@link #cancel} it.
 */
public final class StateSender implements AutoCloseable {
    /** After so many rounds that did not suffice, none will. */
    public static final int MAX_ROUNDS = 30;

    private final VfioDevice device;
    private final Limits limits;
    private final Sink sink;
    private final boolean hasPreCopy;
    private long started;
    private @Nullable MigrationStream stream;
    private volatile boolean cancelled;
    private volatile Sent sent = new Sent(0, 0, 0, 0);

    /**
     * What a move may take.
     *
     * @param bandwidth bytes a second at most; 0 for as many as go
     * @param downtimeMillis how long the device may stand still, where its state goes ahead
     * @param ahead whether it does: without it the device is stopped at once, and nothing limits for how long
     */
    public record Limits(long bandwidth, long downtimeMillis, boolean ahead) {
        /** EINVAL for negative ones. */
        public Limits {
            if (bandwidth < 0 || downtimeMillis < 0) {
                throw new VfioException(Errno.EINVAL, "a bandwidth or a downtime below 0");
            }
        }
    }

    /** Where the state goes. */
    public interface Sink {
        /** Where the next bytes are to be put: native memory, not empty. */
        MemorySegment room();

        /** Takes the first {@code count} bytes that were put there. */
        void send(int count);

        /** Returns when all that was sent has arrived. */
        void await();
    }

    /**
     * How far it is.
     *
     * @param round the number of the round of pre-copy, from 1; 0 before it, and where the device has none
     * @param bytes sent until now
     * @param rate bytes a second since the first; 0 before it
     * @param remaining bytes that the device says are left
     */
    public record Sent(int round, long bytes, long rate, long remaining) {
        /** How long what is left takes, in milliseconds; -1 while nobody knows. */
        public long millis() {
            return rate == 0 ? -1 : remaining * 1000 / rate;
        }
    }

    /** Asks the device what it has; ENOTTY if it cannot migrate. */
    public StateSender(VfioDevice device, Limits limits, Sink sink) {
        this.device = device;
        this.limits = limits;
        this.sink = sink;
        this.hasPreCopy = (Feature.migrationFlags(device) & Feature.PRE_COPY) != 0 && limits.ahead();
    }

    /** How far it is. */
    public Sent sent() {
        return sent;
    }

    /** The thread that sends gets ECANCELED where it is. */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Sends ahead while the device runs. A device without pre-copy sends nothing, nor does one that is not to.
     *
     * @throws VfioException ETIMEDOUT if the device changes too fast for the limits; ECANCELED
     */
    public void preCopy() {
        if (!hasPreCopy) {
            return;
        }
        stream = device.setDeviceState(DeviceState.PRE_COPY).orElseThrow(StateSender::noStream);
        started = System.nanoTime();
        for (int round = 1; ; round++) {
            sent = new Sent(round, sent.bytes(), sent.rate(), remaining(stream));
            sendRound(stream);
            long left = remaining(stream); // while the last of the round is on its way
            sink.await();
            sent = new Sent(round, sent.bytes(), rate(sent.bytes()), left);
            if (sent.millis() <= limits.downtimeMillis()) {
                return;
            }
            if (round == MAX_ROUNDS) {
                throw new VfioException(
                        Errno.ETIMEDOUT,
                        "after " + round + " rounds " + sent.remaining() + " bytes were left, which take "
                                + sent.millis() + " ms, and " + limits.downtimeMillis() + " are allowed");
            }
        }
    }

    /** Stops the device and sends the rest. */
    public void stopCopy() {
        MigrationStream opened = device.setDeviceState(DeviceState.STOP_COPY).orElse(null);
        if (opened != null) {
            close();
            stream = opened;
            started = System.nanoTime();
        }
        if (stream == null) {
            throw noStream();
        }
        while (sendSome(stream) > 0) {
            // until the end
        }
    }

    /** Ends the stream; the device stays in its state. */
    @Override
    public void close() {
        if (stream != null) {
            stream.close();
            stream = null;
        }
    }

    private void sendRound(MigrationStream from) {
        try {
            while (sendSome(from) > 0) {
                // until nothing is left of this round
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOMSG) {
                throw e;
            }
        }
    }

    private int sendSome(MigrationStream from) {
        if (cancelled) {
            throw new VfioException(Errno.ECANCELED, "cancelled");
        }
        int count = from.read(sink.room());
        if (count > 0) {
            sink.send(count);
            long bytes = sent.bytes() + count;
            sent = new Sent(sent.round(), bytes, rate(bytes), Math.max(0, sent.remaining() - count));
            throttle();
        }
        return count;
    }

    private long rate(long bytes) {
        long nanos = Math.max(System.nanoTime() - started, 1);
        return Math.max(1, (long) (bytes * (double) TimeUnit.SECONDS.toNanos(1) / nanos));
    }

    /** Waits until so much may have been sent. */
    private void throttle() {
        if (limits.bandwidth() == 0) {
            return;
        }
        long due = started + (long) (sent.bytes() * (double) TimeUnit.SECONDS.toNanos(1) / limits.bandwidth());
        for (long left = due - System.nanoTime(); left > 0 && !cancelled; left = due - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
        }
    }

    private static long remaining(MigrationStream from) {
        MigrationStream.PrecopyInfo info = from.precopyInfo();
        return info.initialBytes() + info.dirtyBytes();
    }

    private static VfioException noStream() {
        return new VfioException(Errno.EIO, "the device gave no stream of its state");
    }
}
