/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioException;

/**
 * The stream of a device whose saved state fits in memory: what the device appends, its user reads. While in pre-copy a reader that has it
 * all gets ENOMSG, since more follows once the device is stopped; then he gets the end. Reading after the device has ended it is ENODEV.
 */
public final class SavingStream implements MigrationStream {
    /** What the device does meanwhile. */
    private enum Phase {
        PRE_COPY,
        STOP_COPY,
        ENDED
    }

    private byte[] content = new byte[0];
    private int position;
    private Phase phase;
    private boolean open = true;

    private SavingStream(Phase phase) {
        this.phase = phase;
    }

    /** A stream that starts while the device runs. */
    public static SavingStream inPreCopy() {
        return new SavingStream(Phase.PRE_COPY);
    }

    /** A stream of a stopped device. */
    public static SavingStream inStopCopy() {
        return new SavingStream(Phase.STOP_COPY);
    }

    /** Adds what is to be read next. */
    public void append(byte[] bytes) {
        int end = content.length;
        content = Arrays.copyOf(content, Math.addExact(end, bytes.length));
        System.arraycopy(bytes, 0, content, end, bytes.length);
    }

    /** The device is stopped: what was appended until now and is appended before the next read is all there is. */
    public void stopCopy() {
        phase = Phase.STOP_COPY;
    }

    /** The device has left the saving states: nothing more can be read. */
    public void end() {
        phase = Phase.ENDED;
    }

    @Override
    public int read(MemorySegment into) {
        requireUsable();
        int count = (int) Math.min(into.byteSize(), content.length - position);
        if (count == 0 && into.byteSize() != 0 && phase == Phase.PRE_COPY) {
            throw new VfioException(Errno.ENOMSG, "the rest follows once the device is stopped");
        }
        MemorySegment.copy(content, position, into, ValueLayout.JAVA_BYTE, 0, count);
        position += count;
        return count;
    }

    @Override
    public int write(MemorySegment from) {
        requireUsable();
        throw new VfioException(Errno.EINVAL, "the device is saving, not resuming");
    }

    @Override
    public PrecopyInfo precopyInfo() {
        requireOpen();
        if (phase != Phase.PRE_COPY) {
            throw new VfioException(Errno.EINVAL, "the device is not in pre-copy");
        }
        return new PrecopyInfo(content.length - position, 0);
    }

    @Override
    public void close() {
        open = false;
    }

    private void requireOpen() {
        if (!open) {
            throw new VfioException(Errno.EBADF, "the stream is closed");
        }
    }

    private void requireUsable() {
        requireOpen();
        if (phase == Phase.ENDED) {
            throw new VfioException(Errno.ENODEV, "the device has left the state that the stream belonged to");
        }
    }
}
