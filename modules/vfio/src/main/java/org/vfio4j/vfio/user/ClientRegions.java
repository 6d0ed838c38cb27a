/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileStatus;
import org.vfio4j.linux.MalformedException;
import org.vfio4j.linux.uapi.VfioRegion;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioException;

/** A client's questions about regions and its accesses to them. An access allocates nothing. */
final class ClientRegions {
    /** More than any region's capabilities take. */
    private static final int MAX_ARGSZ = 1 << 16;

    private static final int ECHOED = Wire.DATA - Wire.HEADER;

    private final Calls calls;
    private final int most;

    /**
     * @param most data that the server takes in one message, in bytes
     */
    ClientRegions(Calls calls, int most) {
        this.calls = calls;
        this.most = Math.max(1, most);
    }

    /** What the server said of a region, and the reply it said it in. */
    private record Described(RegionInfo info, long fileOffset) {}

    RegionInfo info(int index) {
        return describe(index).info();
    }

    /** The server sends a file with each description, or, as the C library of old, one for each part; it must be as long as what can be mapped. */
    RegionFile file(int index) {
        Described region = describe(index);
        List<Fd> fds = calls.takeFds();
        try {
            if (fds.isEmpty() || region.info().mappable().isEmpty()) {
                throw new VfioException(Errno.EINVAL, "region " + index + " cannot be mapped");
            }
            check(region, fds);
            fds.subList(1, fds.size()).forEach(Fd::close);
            return new RegionFile(fds.getFirst(), region.fileOffset());
        } catch (RuntimeException e) {
            fds.forEach(Fd::close);
            throw e;
        }
    }

    int read(int region, long offset, MemorySegment into) {
        long done = 0;
        do {
            int count = (int) Math.min(most, into.byteSize() - done);
            MemorySegment part = count == into.byteSize() ? into : into.asSlice(done, count);
            int at;
            try {
                layAccess(region, offset + done, count);
                at = calls.callInto(Command.REGION_READ, ECHOED, Wire.DATA, part);
            } catch (VfioException e) {
                return orShort(e, done);
            }
            int came = calls.size(at) - Wire.DATA;
            if (came < 0 || came > count || came != Wire.u32(calls.in(), at + Wire.ACCESS_COUNT)) {
                throw calls.malformed(Command.REGION_READ, came + " bytes of " + count);
            }
            done += came;
            if (came < count) {
                break;
            }
        } while (done < into.byteSize());
        return Math.toIntExact(done);
    }

    int write(int region, long offset, MemorySegment from) {
        long done = 0;
        do {
            int count = (int) Math.min(most, from.byteSize() - done);
            int at;
            try {
                layAccess(region, offset + done, count);
                at = calls.callWith(Command.REGION_WRITE, ECHOED, from, done, count);
            } catch (VfioException e) {
                return orShort(e, done);
            }
            calls.requirePayload(Command.REGION_WRITE, at, ECHOED);
            int went = Wire.u32(calls.in(), at + Wire.ACCESS_COUNT);
            if (went < 0 || went > count) {
                throw calls.malformed(Command.REGION_WRITE, went + " bytes of " + count);
            }
            done += went;
            if (went < count) {
                break;
            }
        } while (done < from.byteSize());
        return Math.toIntExact(done);
    }

    private void layAccess(int region, long offset, int count) {
        MemorySegment out = calls.out();
        Wire.put64(out, Wire.ACCESS_OFFSET, offset);
        Wire.put32(out, Wire.ACCESS_REGION, region);
        Wire.put32(out, Wire.ACCESS_COUNT, count);
    }

    /** A long access that ends where the region does, at the begin of a message, has got as far as that. */
    private static int orShort(ErrnoException e, long done) {
        if (done == 0) {
            throw e;
        }
        return Math.toIntExact(done);
    }

    /** Asks for the fixed part, then for as much as that says there is. */
    private Described describe(int index) {
        int at = ask(index, RegionMessage.FIXED);
        long needed = Integer.toUnsignedLong(Wire.u32(calls.in(), at + Wire.ARGSZ));
        if (needed > MAX_ARGSZ) {
            throw calls.malformed(Command.DEVICE_GET_REGION_INFO, "argsz " + needed);
        }
        if (needed > RegionMessage.FIXED) {
            at = ask(index, (int) needed);
        }
        MemorySegment answer = calls.in().asSlice(at + (long) Wire.HEADER, calls.size(at) - (long) Wire.HEADER);
        RegionInfo info;
        try {
            info = RegionMessage.read(index, answer);
        } catch (MalformedException e) {
            throw calls.malformed(Command.DEVICE_GET_REGION_INFO, e.reason());
        }
        boolean outside = info.mappable().stream()
                .anyMatch(area -> area.offset() < 0 || area.size() < 0 || area.size() > info.size() - area.offset());
        if (VfioRegion.INFO_INDEX.get(answer) != index || info.size() < 0 || outside) {
            throw calls.malformed(
                    Command.DEVICE_GET_REGION_INFO, "region " + index + " with " + info.size() + " bytes");
        }
        return new Described(info, VfioRegion.INFO_OFFSET.get(answer));
    }

    private int ask(int index, int argsz) {
        MemorySegment request =
                calls.out().asSlice(Wire.HEADER, RegionMessage.FIXED).fill((byte) 0);
        VfioRegion.INFO_ARGSZ.set(request, argsz);
        VfioRegion.INFO_INDEX.set(request, index);
        int at = calls.call(Command.DEVICE_GET_REGION_INFO, RegionMessage.FIXED);
        int size = calls.size(at) - Wire.HEADER;
        if (size < RegionMessage.FIXED || size > argsz) {
            throw calls.malformed(Command.DEVICE_GET_REGION_INFO, size + " bytes where " + argsz + " were asked for");
        }
        return at;
    }

    /** A file that ends before the region does would kill who maps it, by SIGBUS at his first access. */
    private void check(Described region, List<Fd> fds) {
        long end = region.info().mappable().stream()
                .mapToLong(ClientRegions::end)
                .max()
                .orElse(0);
        FileStatus status = FileStatus.of(fds.getFirst());
        boolean tooShort = status.isRegular() && end > status.size() - region.fileOffset();
        boolean several = fds.stream().map(FileStatus::of).anyMatch(other -> !isSame(status, other));
        if (several || region.fileOffset() < 0 || tooShort) {
            throw calls.malformed(
                    Command.DEVICE_GET_REGION_INFO,
                    fds.size() + " files, of " + status.size() + " bytes, for region "
                            + region.info().index());
        }
    }

    private static boolean isSame(FileStatus one, FileStatus other) {
        return one.device() == other.device() && one.inode() == other.inode();
    }

    private static long end(RegionCapability.Area area) {
        return area.offset() + area.size();
    }
}
