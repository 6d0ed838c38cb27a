/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.linux.FileStatus;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.Memfd;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

/**
 * A device's primary plane, followed through its changes: by region or by dma-buf, mapped where it can be and else read. The guest can set any
 * register at any time, so everything that a plane says of itself is checked against the memory that it is in.
 *
 * <p>One thread uses it, as the device. It does not own the device.
 */
public final class Scanout implements AutoCloseable {
    /** The largest side of a picture, in pixels. */
    public static final int MAX_SIDE = 16384;

    private static final long MAX_BYTES = 1L << 30;
    private static final long PAGE = 4096;

    private final VfioDevice device;
    private final Kind kind;
    private @Nullable GfxPlane shown;
    private @Nullable Source source;

    /** Of the source's bytes: made once, since looks are many. */
    private Optional<Frame> frame = Optional.empty();

    /** How the device hands out its plane. */
    public enum Kind {
        REGION("region", GfxPlane.REGION),
        DMABUF("dmabuf", GfxPlane.DMABUF);

        private final String word;
        private final int flag;

        Kind(String word, int flag) {
            this.word = word;
            this.flag = flag;
        }

        /** How JSON and tables spell it. */
        public String word() {
            return word;
        }
    }

    /** Where the plane's bytes are. */
    private interface Source extends AutoCloseable {
        /** The plane's lines: the same segment as long as the source is open. */
        MemorySegment bytes();

        /** Makes the bytes those of now. */
        void refresh();

        @Override
        void close();
    }

    private Scanout(VfioDevice device, Kind kind) {
        this.device = device;
        this.kind = kind;
    }

    /** Asks how the device shows itself; {@link DisplayException} ENODEV if it does not. */
    public static Scanout of(VfioDevice device) {
        for (Kind kind : Kind.values()) {
            if (offers(device, kind)) {
                return new Scanout(device, kind);
            }
        }
        throw new DisplayException(Errno.ENODEV, "the device has no display");
    }

    private static boolean offers(VfioDevice device, Kind kind) {
        try {
            device.queryGfxPlane(kind.flag | GfxPlane.PROBE);
            return true;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EINVAL || e.errno() == Errno.ENOTTY) {
                return false;
            }
            throw e;
        }
    }

    public Kind kind() {
        return kind;
    }

    /** What the device says of its plane now; empty while the guest shows nothing. */
    public Optional<GfxPlane> plane() {
        GfxPlane plane = device.queryGfxPlane(kind.flag);
        return plane.format() == 0 || plane.width() == 0 || plane.height() == 0 ? Optional.empty() : Optional.of(plane);
    }

    /**
     * What the device shows now; empty while the guest shows nothing.
     *
     * @throws DisplayException EPROTO for a plane that does not fit its memory or a format that is not known; EOPNOTSUPP where the memory
     *     can neither be mapped nor read
     */
    public Optional<Frame> look() {
        Optional<GfxPlane> now = plane();
        if (now.isEmpty()) {
            forget();
            return Optional.empty();
        }
        GfxPlane plane = now.get();
        long bytes = checked(plane);
        PixelFormat format = PixelFormat.of(plane.format())
                .orElseThrow(() -> new DisplayException(
                        Errno.EPROTO,
                        "pixels of the format " + PixelFormat.letters(plane.format()) + " are not known"));
        Source open = source;
        if (open == null || !plane.equals(shown)) {
            forget();
            open = open(plane, bytes);
            source = open;
            shown = plane;
            frame = Optional.of(new Frame(plane.width(), plane.height(), plane.stride(), format, open.bytes()));
        }
        open.refresh();
        return frame;
    }

    /** Lets the memory go, not the device. */
    @Override
    public void close() {
        forget();
    }

    /** How many bytes the lines take, after all that the plane says has been found to make sense. */
    private static long checked(GfxPlane plane) {
        boolean sides =
                plane.width() > 0 && plane.width() <= MAX_SIDE && plane.height() > 0 && plane.height() <= MAX_SIDE;
        int pixel = PixelFormat.of(plane.format()).map(PixelFormat::bytes).orElse(1);
        long line = (long) plane.width() * pixel;
        if (!sides || plane.stride() < line) {
            throw new DisplayException(
                    Errno.EPROTO,
                    "a plane of " + plane.width() + "x" + plane.height() + " with a stride of " + plane.stride()
                            + " bytes makes no sense");
        }
        long bytes = (long) plane.stride() * (plane.height() - 1) + line;
        if (bytes > MAX_BYTES || (plane.size() != 0 && Integer.toUnsignedLong(plane.size()) < bytes)) {
            throw new DisplayException(
                    Errno.EPROTO,
                    "a plane of " + plane.width() + "x" + plane.height() + " needs " + bytes + " bytes and says it has "
                            + Integer.toUnsignedLong(plane.size()));
        }
        return bytes;
    }

    private Source open(GfxPlane plane, long bytes) {
        return switch (kind) {
            case REGION -> openRegion(plane, bytes);
            case DMABUF -> openDmabuf(plane, bytes);
        };
    }

    private Source openRegion(GfxPlane plane, long bytes) {
        RegionInfo info = device.regionInfo(plane.id());
        if (Long.compareUnsigned(info.size(), bytes) < 0) {
            throw new DisplayException(
                    Errno.EPROTO,
                    "the plane is larger than its region " + plane.id() + " of " + info.size() + " bytes");
        }
        boolean mappable = info.has(RegionInfo.MMAP)
                && info.capabilities().stream().noneMatch(RegionCapability.SparseMmap.class::isInstance);
        if (!mappable) {
            return new ReadSource(device, plane.id(), bytes);
        }
        try (RegionFile file = device.regionFile(plane.id())) {
            FileStatus status = FileStatus.of(file.fd());
            requireInside(status, file.offset(), bytes, "its region's file");
            return canShrink(status, file.fd())
                    ? new FileSource(file.fd().duplicate(), file.offset(), bytes)
                    : MappedSource.of(Mapping.readOnly(file.fd(), file.offset(), pages(bytes)), 0, bytes);
        }
    }

    private Source openDmabuf(GfxPlane plane, long bytes) {
        try (Dmabuf dmabuf = device.gfxDmabuf(plane.id())) {
            FileStatus status = FileStatus.of(dmabuf.fd());
            long before = dmabuf.offset() % PAGE;
            requireInside(status, dmabuf.offset(), bytes, "its dma-buf");
            if (canShrink(status, dmabuf.fd())) {
                return new FileSource(dmabuf.fd().duplicate(), dmabuf.offset(), bytes);
            }
            try {
                Mapping mapping = Mapping.readOnly(dmabuf.fd(), dmabuf.offset() - before, pages(before + bytes));
                return MappedSource.of(mapping, before, bytes);
            } catch (ErrnoException e) {
                throw new DisplayException(
                        Errno.EOPNOTSUPP,
                        "the picture is a dma-buf, and its driver does not let user space map it (mmap: "
                                + e.errnoName()
                                + "): only a GPU can show it, through QEMU with SPICE or D-Bus and OpenGL");
            }
        }
    }

    private static void requireInside(FileStatus status, long offset, long bytes, String where) {
        if (offset < 0 || (status.isRegular() && status.size() - offset < bytes)) {
            throw new DisplayException(
                    Errno.EPROTO, "the plane is larger than " + where + " of " + status.size() + " bytes");
        }
    }

    /** Whether a mapping of the file could lose its memory, and with it this process. */
    private static boolean canShrink(FileStatus status, Fd fd) {
        return status.isRegular() && !Memfd.cannotShrink(fd);
    }

    private static long pages(long bytes) {
        return (bytes + PAGE - 1) / PAGE * PAGE;
    }

    private void forget() {
        if (source != null) {
            source.close();
        }
        source = null;
        shown = null;
        frame = Optional.empty();
    }

    private record MappedSource(Mapping mapping, MemorySegment bytes) implements Source {
        static MappedSource of(Mapping mapping, long offset, long size) {
            return new MappedSource(mapping, mapping.segment().asSlice(offset, size));
        }

        @Override
        public void refresh() {
            // a mapping is always of now
        }

        @Override
        public void close() {
            mapping.close();
        }
    }

    /** What has to be copied at every look. */
    private abstract static class CopiedSource implements Source {
        private static final long CHUNK = 1 << 20;

        private final Arena arena = Arena.ofShared();
        private final MemorySegment copy;

        CopiedSource(long bytes) {
            this.copy = arena.allocate(bytes, Long.BYTES);
        }

        /** Reads from {@code offset} of the plane on, and returns how many bytes. */
        abstract long read(long offset, MemorySegment into);

        @Override
        public MemorySegment bytes() {
            return copy;
        }

        @Override
        public void refresh() {
            long done = 0;
            while (done < copy.byteSize()) {
                long count = read(done, copy.asSlice(done, Math.min(CHUNK, copy.byteSize() - done)));
                if (count <= 0) {
                    throw new DisplayException(Errno.EPROTO, "the display's memory ends before its plane");
                }
                done += count;
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /** A region that cannot be mapped. */
    private static final class ReadSource extends CopiedSource {
        private final VfioDevice device;
        private final int region;

        ReadSource(VfioDevice device, int region, long bytes) {
            super(bytes);
            this.device = device;
            this.region = region;
        }

        @Override
        long read(long offset, MemorySegment into) {
            return device.read(region, offset, into);
        }
    }

    /** A file that somebody could shrink. */
    private static final class FileSource extends CopiedSource {
        private final Fd fd;
        private final long start;

        FileSource(Fd fd, long start, long bytes) {
            super(bytes);
            this.fd = fd;
            this.start = start;
        }

        @Override
        long read(long offset, MemorySegment into) {
            return FileIo.pread(fd, into, start + offset);
        }

        @Override
        public void close() {
            fd.close();
            super.close();
        }
    }
}
