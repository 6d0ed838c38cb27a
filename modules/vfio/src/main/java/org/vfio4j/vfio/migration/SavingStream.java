/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** The stream of a device whose saved state fits in memory: what the device appends, its user reads. */
public final class SavingStream extends Saving {
    private byte[] content = new byte[0];
    private int position;

    private SavingStream(boolean inPreCopy) {
        super(inPreCopy);
    }

    /** A stream that starts while the device runs. */
    public static SavingStream inPreCopy() {
        return new SavingStream(true);
    }

    /** A stream of a stopped device. */
    public static SavingStream inStopCopy() {
        return new SavingStream(false);
    }

    /** Adds what is to be read next. */
    public void append(byte[] bytes) {
        int end = content.length;
        content = Arrays.copyOf(content, Math.addExact(end, bytes.length));
        System.arraycopy(bytes, 0, content, end, bytes.length);
    }

    /** The device is stopped: what was appended until now and is appended before the next read is all there is. */
    public void stopCopy() {
        leavePreCopy();
    }

    @Override
    int next(MemorySegment into) {
        int count = (int) Math.min(into.byteSize(), content.length - position);
        MemorySegment.copy(content, position, into, ValueLayout.JAVA_BYTE, 0, count);
        position += count;
        return count;
    }

    @Override
    PrecopyInfo toRead() {
        return new PrecopyInfo(content.length - position, 0);
    }
}
