/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.kernel;

import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_DEVICE_FEATURE;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_DEVICE_GET_GFX_DMABUF;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_DEVICE_GET_INFO;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_DEVICE_GET_IRQ_INFO;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_DEVICE_QUERY_GFX_PLANE;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_DEVICE_RESET;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_DEVICE_SET_IRQS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.linux.uapi.VfioDeviceInfo;
import org.vfio4j.linux.uapi.VfioFeature;
import org.vfio4j.linux.uapi.VfioGfx;
import org.vfio4j.linux.uapi.VfioIrq;
import org.vfio4j.linux.uapi.VfioMigration;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/** A device descriptor of the kernel behind the contract: every method is one ioctl, pread or pwrite on it. */
final class KernelDevice implements VfioDevice {
    /** {@code DRM_PLANE_TYPE_PRIMARY} of the kernel's drm_plane.h; mbochs shows nothing in any other plane. */
    private static final int DRM_PLANE_TYPE_PRIMARY = 1;

    private final Fd fd;
    private final Attachment attachment;
    private final KernelDma dma;
    private final Map<Integer, KernelRegion> regions = new HashMap<>();

    /** Owns descriptor and attachment from now on; what is mapped goes to {@code space}. */
    KernelDevice(Fd fd, Attachment attachment, AddressSpace space) {
        this.fd = fd;
        this.attachment = attachment;
        this.dma = new KernelDma(space);
    }

    @Override
    public DeviceInfo info() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = VfioDeviceInfo.INFO.request(arena);
            VFIO_DEVICE_GET_INFO.call(fd, info);
            return new DeviceInfo(
                    VfioDeviceInfo.INFO_FLAGS.get(info),
                    VfioDeviceInfo.INFO_NUM_REGIONS.get(info),
                    VfioDeviceInfo.INFO_NUM_IRQS.get(info));
        }
    }

    @Override
    public RegionInfo regionInfo(int index) {
        KernelRegion region = KernelRegion.query(fd, index);
        regions.put(index, region);
        return region.info();
    }

    @Override
    public IrqInfo irqInfo(int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = VfioIrq.INFO.request(arena);
            VfioIrq.INFO_INDEX.set(info, index);
            VFIO_DEVICE_GET_IRQ_INFO.call(fd, info);
            return new IrqInfo(index, VfioIrq.INFO_FLAGS.get(info), VfioIrq.INFO_COUNT.get(info));
        }
    }

    @Override
    public int read(int region, long offset, MemorySegment into) {
        KernelRegion at = within(region, offset);
        return (int) FileIo.pread(fd, clipped(at, offset, into), at.offset() + offset);
    }

    @Override
    public int write(int region, long offset, MemorySegment from) {
        KernelRegion at = within(region, offset);
        return (int) FileIo.pwrite(fd, clipped(at, offset, from), at.offset() + offset);
    }

    @Override
    public RegionFile regionFile(int region) {
        KernelRegion at = region(region);
        if (!at.info().has(RegionInfo.MMAP)) {
            throw new VfioException(Errno.EINVAL, "region " + region + " of " + fd.subject() + " cannot be mapped");
        }
        return new RegionFile(fd.duplicate(), at.offset());
    }

    @Override
    public void setIrqs(IrqRequest request) {
        int action = switch (request.action()) {
            case MASK -> VfioIrq.VFIO_IRQ_SET_ACTION_MASK;
            case UNMASK -> VfioIrq.VFIO_IRQ_SET_ACTION_UNMASK;
            case TRIGGER -> VfioIrq.VFIO_IRQ_SET_ACTION_TRIGGER;
        };
        try (Arena arena = Arena.ofConfined()) {
            switch (request.data()) {
                case IrqRequest.Data.None none ->
                    setIrqs(request, action | VfioIrq.VFIO_IRQ_SET_DATA_NONE, MemorySegment.NULL);
                case IrqRequest.Data.Bools(List<Boolean> values) -> {
                    MemorySegment bytes = arena.allocate(values.size());
                    for (int i = 0; i < values.size(); i++) {
                        bytes.set(ValueLayout.JAVA_BYTE, i, (byte) (values.get(i) ? 1 : 0));
                    }
                    setIrqs(request, action | VfioIrq.VFIO_IRQ_SET_DATA_BOOL, bytes);
                }
                case IrqRequest.Data.Eventfds(List<Optional<Fd>> fds) -> {
                    MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT, fds.size());
                    for (int i = 0; i < fds.size(); i++) {
                        numbers.setAtIndex(
                                ValueLayout.JAVA_INT,
                                i,
                                fds.get(i).map(Fd::number).orElse(-1));
                    }
                    setIrqs(request, action | VfioIrq.VFIO_IRQ_SET_DATA_EVENTFD, numbers);
                }
            }
        }
    }

    private void setIrqs(IrqRequest request, int flags, MemorySegment data) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = VfioIrq.SET.request(arena, data.byteSize());
            VfioIrq.SET_FLAGS.set(set, flags);
            VfioIrq.SET_INDEX.set(set, request.index());
            VfioIrq.SET_START.set(set, request.start());
            VfioIrq.SET_COUNT.set(set, request.count());
            MemorySegment.copy(data, 0, set, VfioIrq.SET.size(), data.byteSize());
            VFIO_DEVICE_SET_IRQS.call(fd, set);
        }
    }

    @Override
    public void reset() {
        VFIO_DEVICE_RESET.call(fd);
    }

    @Override
    public GfxPlane queryGfxPlane(int flags) {
        try {
            return queryOnce(flags);
        } catch (LinuxException e) {
            // The kernel's mbochs answers the first query of a new mode with ENOMEM and the second one rightly.
            if (e.errno() == Errno.ENOMEM) {
                return queryOnce(flags);
            }
            throw e;
        }
    }

    private GfxPlane queryOnce(int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment plane = VfioGfx.PLANE_INFO.request(arena);
            VfioGfx.PLANE_INFO_FLAGS.set(plane, flags);
            VfioGfx.PLANE_INFO_DRM_PLANE_TYPE.set(plane, DRM_PLANE_TYPE_PRIMARY);
            VFIO_DEVICE_QUERY_GFX_PLANE.call(fd, plane);
            return GfxPlane.read(plane);
        }
    }

    @Override
    public Dmabuf gfxDmabuf(int id) {
        try (Arena arena = Arena.ofConfined()) {
            int dmabuf = VFIO_DEVICE_GET_GFX_DMABUF.call(fd, arena.allocateFrom(ValueLayout.JAVA_INT, id));
            return new Dmabuf(Fd.take(dmabuf, "dma-buf " + id + " of " + fd.subject()), 0);
        }
    }

    @Override
    public void feature(int flags, MemorySegment data) {
        int index = flags & Feature.INDEX_MASK;
        boolean probe = (flags & Feature.PROBE) != 0;
        boolean ownMethod = index == Feature.DMA_LOGGING_START
                || index == Feature.DMA_LOGGING_STOP
                || index == Feature.DMA_LOGGING_REPORT;
        if (ownMethod && !probe) {
            throw new VfioException(Errno.EINVAL, "DMA is logged through methods of its own");
        }
        boolean opensFd = (index == Feature.MIG_DEVICE_STATE && (flags & Feature.SET) != 0)
                || index == VfioFeature.VFIO_DEVICE_FEATURE_DMA_BUF;
        if (opensFd && !probe) {
            throw new VfioException(Errno.EINVAL, "feature " + index + " opens a descriptor, which nobody would own");
        }
        callFeature(flags, probe ? MemorySegment.NULL : data);
    }

    private void callFeature(int flags, MemorySegment data) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment feature = VfioFeature.FEATURE.request(arena, data.byteSize());
            VfioFeature.FEATURE_FLAGS.set(feature, flags);
            long header = VfioFeature.FEATURE.size();
            MemorySegment.copy(data, 0, feature, header, data.byteSize());
            VFIO_DEVICE_FEATURE.call(fd, feature);
            if (!data.isReadOnly()) {
                MemorySegment.copy(feature, header, data, 0, data.byteSize());
            }
        }
    }

    @Override
    public Optional<MigrationStream> setDeviceState(DeviceState target) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = VfioMigration.STATE.allocate(arena);
            VfioMigration.STATE_DEVICE_STATE.set(state, target.number());
            VfioMigration.STATE_DATA_FD.set(state, -1);
            callFeature(Feature.MIG_DEVICE_STATE | Feature.SET, state);
            int data = VfioMigration.STATE_DATA_FD.get(state);
            return data < 0
                    ? Optional.empty()
                    : Optional.of(new KernelMigrationStream(Fd.take(data, "migration data of " + fd.subject())));
        }
    }

    @Override
    public void mapDma(DmaMapping mapping) {
        dma.map(mapping);
    }

    @Override
    public void unmapDma(IovaRange range) {
        dma.unmap(range);
    }

    @Override
    public void startDmaLogging(long pageSize, List<IovaRange> ranges) {
        KernelDmaLogging.start(fd, pageSize, ranges);
    }

    @Override
    public void stopDmaLogging() {
        KernelDmaLogging.stop(fd);
    }

    @Override
    public void reportDmaLogging(IovaRange range, long pageSize, MemorySegment bitmap) {
        KernelDmaLogging.report(fd, range, pageSize, bitmap);
    }

    @Override
    public void close() {
        fd.close();
        attachment.close();
        dma.close();
    }

    private KernelRegion region(int index) {
        KernelRegion region = regions.get(index);
        if (region == null) {
            region = KernelRegion.query(fd, index);
            regions.put(index, region);
        }
        return region;
    }

    /** The region, if {@code offset} lies in it: behind its end some drivers would answer for the next one. */
    private KernelRegion within(int index, long offset) {
        KernelRegion region = region(index);
        if (offset < 0 || offset >= region.info().size()) {
            throw new VfioException(
                    Errno.EINVAL,
                    "offset " + offset + " of region " + index + ", which has "
                            + region.info().size() + " bytes");
        }
        return region;
    }

    private static MemorySegment clipped(KernelRegion region, long offset, MemorySegment bytes) {
        long left = region.info().size() - offset;
        return bytes.byteSize() <= left ? bytes : bytes.asSlice(0, left);
    }
}
