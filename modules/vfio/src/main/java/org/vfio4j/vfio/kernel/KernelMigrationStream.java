/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.kernel;

import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_MIG_GET_PRECOPY_INFO;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.linux.uapi.VfioMigration;
import org.vfio4j.vfio.MigrationStream;

/** The data descriptor that the kernel opened for saving or resuming. */
final class KernelMigrationStream implements MigrationStream {
    private final Fd fd;

    KernelMigrationStream(Fd fd) {
        this.fd = fd;
    }

    @Override
    public int read(MemorySegment into) {
        return (int) FileIo.read(fd, into);
    }

    @Override
    public int write(MemorySegment from) {
        return (int) FileIo.write(fd, from);
    }

    @Override
    public PrecopyInfo precopyInfo() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = VfioMigration.PRECOPY_INFO.request(arena);
            VFIO_MIG_GET_PRECOPY_INFO.call(fd, info);
            return new PrecopyInfo(
                    VfioMigration.PRECOPY_INFO_INITIAL_BYTES.get(info),
                    VfioMigration.PRECOPY_INFO_DIRTY_BYTES.get(info));
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
