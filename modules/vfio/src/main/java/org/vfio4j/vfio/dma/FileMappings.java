/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.dma;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.FileStatus;
import org.vfio4j.linux.Mapping;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.VfioException;

/**
 * Files mapped once, however many pieces of them are in use: a guest's memory comes as many ranges of one memfd, each with a descriptor of its
 * own.
 */
final class FileMappings {
    private static final long PAGE = 4096;

    private record Key(long device, long inode, boolean writable) {}

    private final Map<Key, Whole> wholes = new HashMap<>();

    /** A file mapped from its begin to its end, while any piece of it is in use. */
    private final class Whole {
        private final Key key;
        private final Mapping mapping;
        private int pieces;

        Whole(Key key, Mapping mapping) {
            this.key = key;
            this.mapping = mapping;
        }

        void release() {
            pieces--;
            if (pieces == 0) {
                wholes.remove(key);
                mapping.close();
            }
        }
    }

    /**
     * A piece of a file.
     *
     * @param bytes of it, until {@code release} has run
     */
    record Piece(MemorySegment bytes, Runnable release) {}

    /** Maps {@code length} bytes of a file; EINVAL if they are not all in it, or do not begin at a page. */
    Piece map(DmaMapping.File file, long length, boolean writable) {
        if (file.offset() < 0 || file.offset() % PAGE != 0 || length < 0) {
            throw new VfioException(
                    Errno.EINVAL, "a file cannot be mapped for DMA at its offset 0x" + Long.toHexString(file.offset()));
        }
        FileStatus status = FileStatus.of(file.fd());
        if (!status.isRegular()) {
            return piece(map(file, file.offset(), length, writable));
        }
        if (length > status.size() - file.offset()) {
            throw new VfioException(
                    Errno.EINVAL,
                    length + " bytes at " + file.offset() + " are not in a file of " + status.size() + " bytes");
        }
        Key key = new Key(status.device(), status.inode(), writable);
        Whole whole = wholes.get(key);
        if (whole != null && whole.mapping.segment().byteSize() < file.offset() + length) {
            // The file has grown since it was mapped.
            return piece(map(file, file.offset(), length, writable));
        }
        if (whole == null) {
            whole = new Whole(key, map(file, 0, status.size(), writable));
            wholes.put(key, whole);
        }
        whole.pieces++;
        return new Piece(whole.mapping.segment().asSlice(file.offset(), length), whole::release);
    }

    /** How many mappings there are of whole files. */
    int count() {
        return wholes.size();
    }

    private static Piece piece(Mapping mapping) {
        return new Piece(mapping.segment(), mapping::close);
    }

    private static Mapping map(DmaMapping.File file, long offset, long length, boolean writable) {
        return writable ? Mapping.readWrite(file.fd(), offset, length) : Mapping.readOnly(file.fd(), offset, length);
    }
}
