/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.uapi.VfioGfx;
import org.vfio4j.linux.uapi.VfioMigration;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/** A server's answers to the messages of this library's own: what the protocol has no word for. Their payloads are those of the ioctls. */
final class Extension {
    /** GET_GFX_DMABUF: u32 argsz, u32 id, u64 offset. */
    static final int DMABUF_SIZE = 16;

    static final int DMABUF_ID = 4;
    static final int DMABUF_OFFSET = 8;

    private final Connection connection;

    Extension(Connection connection) {
        this.connection = connection;
    }

    void plane(VfioDevice device, MemorySegment request) {
        requireArgsz(request);
        GfxPlane plane = device.queryGfxPlane(VfioGfx.PLANE_INFO_FLAGS.get(request));
        MemorySegment answer = answer(request);
        plane.write(answer);
        connection.reply((int) answer.byteSize());
    }

    /** The memory goes with the answer. */
    void dmabuf(VfioDevice device, MemorySegment request) {
        requireArgsz(request);
        try (Dmabuf dmabuf = device.gfxDmabuf(Wire.u32(request, DMABUF_ID))) {
            MemorySegment answer = answer(request);
            Wire.put64(answer, DMABUF_OFFSET, dmabuf.offset());
            connection.reply((int) answer.byteSize(), List.of(dmabuf.fd()));
        }
    }

    void precopyInfo(Optional<MigrationStream> stream, MemorySegment request) {
        requireArgsz(request);
        MigrationStream.PrecopyInfo info = stream.orElseThrow(
                        () -> new VfioException(Errno.EINVAL, "the device is not in pre-copy"))
                .precopyInfo();
        MemorySegment answer = answer(request);
        VfioMigration.PRECOPY_INFO_INITIAL_BYTES.set(answer, info.initialBytes());
        VfioMigration.PRECOPY_INFO_DIRTY_BYTES.set(answer, info.dirtyBytes());
        connection.reply((int) answer.byteSize());
    }

    /** The answer is as long as the request. */
    private static void requireArgsz(MemorySegment request) {
        Wire.argsz(request, 0, (int) request.byteSize());
    }

    /** The request over again, to be filled in. */
    private MemorySegment answer(MemorySegment request) {
        MemorySegment answer = connection.out().asSlice(Wire.HEADER, request.byteSize());
        return answer.copyFrom(request);
    }
}
