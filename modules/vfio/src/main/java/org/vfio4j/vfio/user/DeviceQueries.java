/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.uapi.VfioDeviceInfo;
import org.vfio4j.linux.uapi.VfioIrq;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/** A server's answers to what a client asks about a device and sets once: information, interrupts. The payloads are those of the ioctls. */
final class DeviceQueries {
    private static final int INFO_SIZE = 16;
    private static final int IO_FDS_SIZE = 16;

    private final Connection connection;

    DeviceQueries(Connection connection) {
        this.connection = connection;
    }

    void info(VfioDevice device, MemorySegment request) {
        Wire.argsz(request, 0, INFO_SIZE);
        DeviceInfo info = device.info();
        MemorySegment answer = payload();
        VfioDeviceInfo.INFO_ARGSZ.set(answer, INFO_SIZE);
        VfioDeviceInfo.INFO_FLAGS.set(answer, info.flags());
        VfioDeviceInfo.INFO_NUM_REGIONS.set(answer, info.regions());
        VfioDeviceInfo.INFO_NUM_IRQS.set(answer, info.irqs());
        connection.reply(INFO_SIZE);
    }

    /** The file to map the region from goes with the answer that has all capabilities. */
    void region(VfioDevice device, MemorySegment request) {
        long argsz = Wire.argsz(request, 0, RegionMessage.FIXED);
        RegionInfo info = device.regionInfo(Wire.u32(request, RegionMessage.INDEX));
        if (!RegionMessage.canBeMapped(info)) {
            connection.reply(RegionMessage.write(payload(), RegionMessage.withoutFile(info), 0, argsz));
            return;
        }
        try (RegionFile file = device.regionFile(info.index())) {
            int size = RegionMessage.write(payload(), info, file.offset(), argsz);
            boolean whole = size >= RegionMessage.size(info);
            connection.reply(size, whole ? List.of(file.fd()) : List.of());
        }
    }

    /** There are none: every access comes through the socket or a mapping. */
    void ioFds(VfioDevice device, MemorySegment request) {
        Wire.argsz(request, 0, IO_FDS_SIZE);
        int index = Wire.u32(request, 8);
        device.regionInfo(index);
        MemorySegment answer = payload();
        Wire.put32(answer, 0, IO_FDS_SIZE);
        Wire.put32(answer, 4, 0);
        Wire.put32(answer, 8, index);
        Wire.put32(answer, 12, 0);
        connection.reply(IO_FDS_SIZE);
    }

    void irq(VfioDevice device, MemorySegment request) {
        Wire.argsz(request, 0, (int) VfioIrq.INFO.size());
        IrqInfo info = device.irqInfo(VfioIrq.INFO_INDEX.get(request));
        MemorySegment answer = payload();
        VfioIrq.INFO_ARGSZ.set(answer, (int) VfioIrq.INFO.size());
        VfioIrq.INFO_FLAGS.set(answer, info.flags());
        VfioIrq.INFO_INDEX.set(answer, info.index());
        VfioIrq.INFO_COUNT.set(answer, info.count());
        connection.reply((int) VfioIrq.INFO.size());
    }

    /** The eventfds stay the caller's; the device duplicates what it keeps. */
    void setIrqs(VfioDevice device, MemorySegment request, List<Fd> fds) {
        int flags = VfioIrq.SET_FLAGS.get(request);
        int count = VfioIrq.SET_COUNT.get(request);
        if (count < 0 || count > Limits.INTERRUPTS) {
            throw new VfioException(
                    Errno.EINVAL, Integer.toUnsignedString(count) + " interrupts, at most " + Limits.INTERRUPTS);
        }
        Wire.argsz(request, 0, (int) VfioIrq.SET.size());
        IrqRequest.Data data = InterruptData.read(request, flags, count, fds);
        device.setIrqs(new IrqRequest(
                VfioIrq.SET_INDEX.get(request),
                VfioIrq.SET_START.get(request),
                count,
                InterruptData.action(flags),
                data));
        connection.reply(0);
    }

    private MemorySegment payload() {
        MemorySegment out = connection.out();
        return out.asSlice(Wire.HEADER);
    }

    /** The part of SET_IRQS that says what is to happen to each interrupt. */
    static final class InterruptData {
        private InterruptData() {}

        static IrqRequest.Action action(int flags) {
            return switch (flags & VfioIrq.VFIO_IRQ_SET_ACTION_TYPE_MASK) {
                case VfioIrq.VFIO_IRQ_SET_ACTION_MASK -> IrqRequest.Action.MASK;
                case VfioIrq.VFIO_IRQ_SET_ACTION_UNMASK -> IrqRequest.Action.UNMASK;
                case VfioIrq.VFIO_IRQ_SET_ACTION_TRIGGER -> IrqRequest.Action.TRIGGER;
                default -> throw senseless(flags);
            };
        }

        static IrqRequest.Data read(MemorySegment request, int flags, int count, List<Fd> fds) {
            int known = VfioIrq.VFIO_IRQ_SET_DATA_TYPE_MASK | VfioIrq.VFIO_IRQ_SET_ACTION_TYPE_MASK;
            if ((flags & ~known) != 0) {
                throw senseless(flags);
            }
            int type = flags & VfioIrq.VFIO_IRQ_SET_DATA_TYPE_MASK;
            int header = (int) VfioIrq.SET.size();
            int bools = type == VfioIrq.VFIO_IRQ_SET_DATA_BOOL ? count : 0;
            if (request.byteSize() != header + bools) {
                throw new VfioException(
                        Errno.EINVAL, (request.byteSize() - header) + " bytes of data for " + bools + " interrupts");
            }
            if (!fds.isEmpty() && (type != VfioIrq.VFIO_IRQ_SET_DATA_EVENTFD || fds.size() != count)) {
                throw new VfioException(Errno.EINVAL, fds.size() + " eventfds for " + count + " interrupts");
            }
            return switch (type) {
                case VfioIrq.VFIO_IRQ_SET_DATA_NONE -> new IrqRequest.Data.None();
                case VfioIrq.VFIO_IRQ_SET_DATA_BOOL -> bools(request.asSlice(header));
                case VfioIrq.VFIO_IRQ_SET_DATA_EVENTFD -> eventfds(count, fds);
                default -> throw senseless(flags);
            };
        }

        private static IrqRequest.Data bools(MemorySegment bytes) {
            Boolean[] values = new Boolean[(int) bytes.byteSize()];
            for (int i = 0; i < values.length; i++) {
                values[i] = bytes.get(ValueLayout.JAVA_BYTE, i) != 0;
            }
            return new IrqRequest.Data.Bools(List.of(values));
        }

        /** None at all takes those of all {@code count} interrupts away. */
        private static IrqRequest.Data eventfds(int count, List<Fd> fds) {
            return new IrqRequest.Data.Eventfds(
                    fds.isEmpty()
                            ? Collections.nCopies(count, Optional.empty())
                            : fds.stream().map(Optional::of).toList());
        }

        private static VfioException senseless(int flags) {
            return new VfioException(Errno.EINVAL, "interrupt flags 0x" + Integer.toHexString(flags));
        }
    }
}
