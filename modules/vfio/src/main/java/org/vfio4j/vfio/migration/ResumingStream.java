/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Consumer;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/** The stream into a device whose saved state fits in memory and has a known length. */
public final class ResumingStream extends Resuming {
    private final byte[] content;
    private final int headerSize;
    private final Consumer<byte[]> headerCheck;
    private int filled;
    private boolean broken;

    /**
     * @param size of the whole state, in bytes
     * @param headerSize of its first part, in bytes
     * @param headerCheck gets the header as soon as it is there, and throws the {@link VfioException} that the writer gets if it is wrong
     */
    public ResumingStream(int size, int headerSize, Consumer<byte[]> headerCheck) {
        this.content = new byte[size];
        this.headerSize = headerSize;
        this.headerCheck = headerCheck;
    }

    /**
     * All of the state.
     *
     * @throws VfioException EINVAL if some of it is missing or its header was wrong
     */
    public byte[] complete() {
        if (broken || filled < content.length) {
            throw new VfioException(
                    Errno.EINVAL,
                    "the saved state " + (broken ? "is not this device's" : "ends after " + filled + " bytes"));
        }
        return content.clone();
    }

    /** ENOMEM if that is more than the state has, which takes nothing of it; else what the header's check says. */
    @Override
    void take(MemorySegment from) {
        long size = from.byteSize();
        if (size > content.length - filled) {
            throw new VfioException(Errno.ENOMEM, "the saved state is longer than " + content.length + " bytes");
        }
        boolean headerMissing = filled < headerSize;
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, 0, content, filled, (int) size);
        filled += (int) size;
        if (broken || (headerMissing && filled >= headerSize)) {
            checkHeader();
        }
    }

    private void checkHeader() {
        broken = true;
        headerCheck.accept(Arrays.copyOf(content, headerSize));
        broken = false;
    }
}
