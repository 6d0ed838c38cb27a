/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.MalformedException;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.linux.uapi.VfioDeviceInfo;
import org.vfio4j.linux.uapi.VfioGfx;
import org.vfio4j.linux.uapi.VfioIrq;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.dma.DmaSpace;

/**
 * A device behind a vfio-user socket. Whoever serves it is not trusted: what he answers is checked, and one who answers nonsense, or not in five
 * seconds, has lost the connection; then every call is ENOTCONN. What the protocol has no message for (the display, the state of pre-copy) works
 * with servers of this library, and is ENOTTY with others.
 *
 * <p>The server reaches mapped memory through its file, or asks for it, which is answered within the calls of this class. For one that asks of its
 * own accord there is {@link #answerOne}.
 */
public final class VfioUserDevice implements VfioDevice {
    /** More than any device has, and few enough to ask for each. */
    private static final int MAX_INDEXES = 256;

    private static final int INFO_SIZE = 16;

    private final DmaSpace memory = new DmaSpace();
    private final Calls calls;
    private final Capabilities server;
    private final ClientRegions regions;
    private final ClientInterrupts interrupts;
    private final ClientFeatures features;

    private VfioUserDevice(Fd socket, Duration patience, Capabilities ours) {
        this.calls = new Calls(socket, memory, patience);
        try {
            this.server = negotiate(ours);
        } catch (RuntimeException e) {
            calls.close();
            throw e;
        }
        int most = Math.min(server.maxDataXferSize(), Wire.MAX_DATA);
        this.regions = new ClientRegions(calls, most);
        this.interrupts = new ClientInterrupts(calls, server.maxMsgFds());
        this.features = new ClientFeatures(calls, most, server.extension().isPresent());
    }

    /**
     * Connects to the socket at {@code path} and agrees on the version. The server opens the device at the first call.
     *
     * @throws ErrnoException if nobody listens there, or not with this version
     */
    public static VfioUserDevice connect(Path path) {
        return take(UnixSocket.connect(path.toString()));
    }

    /**
     * Connects as the device's display, beside the client that has the device: what it shows can be looked at and its EDID set, and nothing
     * else is allowed (EACCES). ENODEV at the first call if no client has the device, EOPNOTSUPP from a server that does not offer this.
     */
    public static VfioUserDevice connectDisplay(Path path) {
        Fd socket = UnixSocket.connect(path.toString());
        return new VfioUserDevice(socket, Limits.PATIENCE, Capabilities.display());
    }

    /** The same on a socket that is connected already, of which it takes ownership. */
    public static VfioUserDevice take(Fd socket) {
        return take(socket, Limits.PATIENCE);
    }

    /** The same with a server that may take so long over a reply. */
    static VfioUserDevice take(Fd socket, Duration patience) {
        return new VfioUserDevice(socket, patience, Capabilities.with(Offer.NONE));
    }

    /** What the server told of the device in the handshake; empty for a server that knows nothing of this library's extension. */
    public Optional<Offer> offer() {
        return server.extension();
    }

    @Override
    public DeviceInfo info() {
        MemorySegment request = request(INFO_SIZE);
        VfioDeviceInfo.INFO_ARGSZ.set(request, INFO_SIZE);
        MemorySegment answer = call(Command.DEVICE_GET_INFO, INFO_SIZE, INFO_SIZE);
        int regionCount = VfioDeviceInfo.INFO_NUM_REGIONS.get(answer);
        int irqCount = VfioDeviceInfo.INFO_NUM_IRQS.get(answer);
        if (regionCount < 0 || regionCount > MAX_INDEXES || irqCount < 0 || irqCount > MAX_INDEXES) {
            throw calls.malformed(Command.DEVICE_GET_INFO, regionCount + " regions and " + irqCount + " IRQ indexes");
        }
        return new DeviceInfo(VfioDeviceInfo.INFO_FLAGS.get(answer), regionCount, irqCount);
    }

    @Override
    public RegionInfo regionInfo(int index) {
        return regions.info(index);
    }

    @Override
    public IrqInfo irqInfo(int index) {
        int size = (int) VfioIrq.INFO.size();
        MemorySegment request = request(size);
        VfioIrq.INFO_ARGSZ.set(request, size);
        VfioIrq.INFO_INDEX.set(request, index);
        MemorySegment answer = call(Command.DEVICE_GET_IRQ_INFO, size, size);
        int count = VfioIrq.INFO_COUNT.get(answer);
        if (VfioIrq.INFO_INDEX.get(answer) != index || count < 0 || count > Limits.INTERRUPTS) {
            throw calls.malformed(Command.DEVICE_GET_IRQ_INFO, "index " + index + " with " + count + " interrupts");
        }
        return new IrqInfo(index, VfioIrq.INFO_FLAGS.get(answer), count);
    }

    @Override
    public int read(int region, long offset, MemorySegment into) {
        return regions.read(region, offset, into);
    }

    @Override
    public int write(int region, long offset, MemorySegment from) {
        return regions.write(region, offset, from);
    }

    @Override
    public RegionFile regionFile(int region) {
        return regions.file(region);
    }

    @Override
    public void setIrqs(IrqRequest request) {
        interrupts.set(request);
    }

    @Override
    public void reset() {
        int at = calls.call(Command.DEVICE_RESET, 0);
        calls.requirePayload(Command.DEVICE_RESET, at, 0);
    }

    @Override
    public GfxPlane queryGfxPlane(int flags) {
        features.requireExtension("a display");
        int size = (int) VfioGfx.PLANE_INFO.size();
        MemorySegment request = request(size);
        VfioGfx.PLANE_INFO_ARGSZ.set(request, size);
        VfioGfx.PLANE_INFO_FLAGS.set(request, flags);
        return GfxPlane.read(call(Command.QUERY_GFX_PLANE, size, size));
    }

    @Override
    public Dmabuf gfxDmabuf(int id) {
        features.requireExtension("a display");
        MemorySegment request = request(Extension.DMABUF_SIZE);
        Wire.put32(request, 0, Extension.DMABUF_SIZE);
        Wire.put32(request, Extension.DMABUF_ID, id);
        MemorySegment answer = call(Command.GET_GFX_DMABUF, Extension.DMABUF_SIZE, Extension.DMABUF_SIZE);
        long offset = Wire.u64(answer, Extension.DMABUF_OFFSET);
        List<Fd> fds = calls.takeFds();
        if (fds.size() != 1 || offset < 0) {
            fds.forEach(Fd::close);
            throw calls.malformed(Command.GET_GFX_DMABUF, fds.size() + " descriptors at offset " + offset);
        }
        return new Dmabuf(fds.getFirst(), offset);
    }

    @Override
    public void feature(int flags, MemorySegment data) {
        features.call(flags, data);
    }

    @Override
    public Optional<MigrationStream> setDeviceState(DeviceState target) {
        return features.setState(target);
    }

    /** Memory without a file is reached through this class, and so is that of a file by a server that does not map it. */
    @Override
    public void mapDma(DmaMapping mapping) {
        memory.map(mapping);
        try {
            MemorySegment out = calls.out();
            List<Fd> fds = List.of();
            long offset = 0;
            if (mapping.memory() instanceof DmaMapping.File(Fd fd, long at)) {
                fds = List.of(fd);
                offset = at;
            }
            Wire.put32(out, Wire.ARGSZ, Wire.MAP_ARGSZ);
            Wire.put32(out, Wire.MAP_FLAGS, mapping.access());
            Wire.put64(out, Wire.MAP_FILE_OFFSET, offset);
            Wire.put64(out, Wire.MAP_IOVA, mapping.range().first());
            Wire.put64(out, Wire.MAP_SIZE, mapping.range().length());
            calls.call(Command.DMA_MAP, Wire.MAP_ARGSZ, fds);
        } catch (RuntimeException e) {
            memory.unmap(mapping.range());
            throw e;
        }
    }

    @Override
    public void unmapDma(IovaRange range) {
        boolean all = range.equals(IovaRange.ALL);
        MemorySegment out = calls.out();
        Wire.put32(out, Wire.ARGSZ, Wire.UNMAP_ARGSZ);
        Wire.put32(out, Wire.UNMAP_FLAGS, all ? Wire.UNMAP_ALL : 0);
        Wire.put64(out, Wire.UNMAP_IOVA, range.first());
        Wire.put64(out, Wire.UNMAP_SIZE, range.length());
        calls.call(Command.DMA_UNMAP, Wire.UNMAP_ARGSZ);
        memory.unmap(range);
    }

    /**
     * Answers one request of the server's for memory without a file, made while there is no call to this class: while its user waits for an
     * interrupt, say.
     *
     * @param wait how long to wait for a request
     * @return false if none came
     * @throws ErrnoException ENOTCONN if there is no server any more
     */
    public boolean answerOne(Duration wait) {
        return calls.answerOne(wait);
    }

    @Override
    public void startDmaLogging(long pageSize, List<IovaRange> ranges) {
        features.startDmaLogging(pageSize, ranges);
    }

    @Override
    public void stopDmaLogging() {
        features.stopDmaLogging();
    }

    @Override
    public void reportDmaLogging(IovaRange range, long pageSize, MemorySegment bitmap) {
        features.reportDmaLogging(range, pageSize, bitmap);
    }

    /** Once this returns, the server has released the device, unless it takes longer than a second over it. */
    @Override
    public void close() {
        calls.close();
        memory.close();
    }

    private Capabilities negotiate(Capabilities ours) {
        MemorySegment out = calls.out();
        VersionMessage version = new VersionMessage(VersionMessage.MAJOR, VersionMessage.MINOR, ours.json());
        int at = calls.call(Command.VERSION, version.write(out.asSlice(Wire.HEADER)));
        try {
            VersionMessage theirs = VersionMessage.read(
                    calls.in().asSlice(at + (long) Wire.HEADER, calls.size(at) - (long) Wire.HEADER));
            if (theirs.major() != VersionMessage.MAJOR) {
                throw new VfioException(Errno.EOPNOTSUPP, "the server speaks version " + theirs.major());
            }
            return Capabilities.read(theirs.json());
        } catch (MalformedException e) {
            throw calls.malformed(Command.VERSION, e.reason());
        }
    }

    /** The payload of the next request, zeroed. */
    private MemorySegment request(int size) {
        return calls.out().asSlice(Wire.HEADER, size).fill((byte) 0);
    }

    /** Calls, and gives the payload of a reply that must have that size. */
    private MemorySegment call(Command command, int size, int answer) {
        int at = calls.call(command, size);
        calls.requirePayload(command, at, answer);
        return calls.in().asSlice(at + (long) Wire.HEADER, answer);
    }
}
