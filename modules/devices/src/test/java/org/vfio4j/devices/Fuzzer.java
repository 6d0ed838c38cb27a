/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioDevice;

/** Does to a device what a script of bytes says, and lets nothing out but what a device may not throw. */
final class Fuzzer {
    private static final int LONGEST = 300;
    private static final List<IrqRequest.Action> ACTIONS = List.of(IrqRequest.Action.values());

    private final VfioDevice device;
    private final ByteBuffer script;
    private final Arena arena;
    private final Eventfd eventfd;
    private @Nullable MigrationStream stream;

    private Fuzzer(VfioDevice device, byte[] script, Arena arena, Eventfd eventfd) {
        this.device = device;
        this.script = ByteBuffer.wrap(script).order(ByteOrder.LITTLE_ENDIAN);
        this.arena = arena;
        this.eventfd = eventfd;
    }

    /** Runs the script to its end and closes the device. */
    static void run(VfioDevice device, byte[] script) {
        try (device;
                Arena arena = Arena.ofConfined();
                Eventfd eventfd = Eventfd.create()) {
            Fuzzer fuzzer = new Fuzzer(device, script, arena, eventfd);
            while (fuzzer.script.hasRemaining()) {
                fuzzer.step();
            }
        }
    }

    private void step() {
        try {
            switch (u8() % 16) {
                case 0, 1, 2, 3 -> read();
                case 4, 5, 6, 7, 8 -> write();
                case 9 -> setIrqs();
                case 10 -> device.feature(featureFlags(), payload());
                case 11 -> setDeviceState();
                case 12 -> readStream();
                case 13 -> writeStream();
                case 14 -> display();
                default -> others();
            }
        } catch (ErrnoException refused) {
            assertThat(refused.errno()).isPositive();
        }
    }

    private void read() {
        int region = region();
        MemorySegment into = arena.allocate(u8() + 1L);
        long offset = offset(region);
        assertThat(device.read(region, offset, into)).isBetween(1, (int) into.byteSize());
    }

    private void write() {
        int region = region();
        MemorySegment from = payload();
        long offset = offset(region);
        assertThat(device.write(region, offset, from)).isBetween(0, (int) from.byteSize());
    }

    private void setIrqs() {
        IrqRequest.Action action = ACTIONS.get(u8() % ACTIONS.size());
        int index = u8() % 6;
        int start = signedOrSmall();
        int count = signedOrSmall();
        List<Boolean> bools = new ArrayList<>();
        List<Optional<Fd>> fds = new ArrayList<>();
        for (int given = u8() % 3; given > 0; given--) {
            boolean set = u8() % 2 == 1;
            bools.add(set);
            fds.add(set ? Optional.of(eventfd.fd()) : Optional.empty());
        }
        IrqRequest.Data data = switch (u8() % 3) {
            case 0 -> new IrqRequest.Data.None();
            case 1 -> new IrqRequest.Data.Bools(bools);
            default -> new IrqRequest.Data.Eventfds(fds);
        };
        device.setIrqs(new IrqRequest(index, start, count, action, data));
    }

    private int featureFlags() {
        int known = u8() % 12;
        int operations = (u8() % 8) * Feature.GET;
        return u8() == 0 ? i32() : known | operations;
    }

    private void setDeviceState() {
        DeviceState target = DeviceState.of(u8() % 9);
        device.setDeviceState(target).ifPresent(opened -> stream = opened);
    }

    private void readStream() {
        if (stream != null) {
            MemorySegment into = arena.allocate(u8() + 1L);
            assertThat(stream.read(into)).isBetween(0, (int) into.byteSize());
            assertThat(stream.precopyInfo().initialBytes()).isNotNegative();
        }
    }

    private void writeStream() {
        if (stream != null) {
            MemorySegment from = payload();
            assertThat(stream.write(from)).isEqualTo((int) from.byteSize());
        }
    }

    private void display() {
        int id = device.queryGfxPlane(u8() % 8).id();
        device.gfxDmabuf(u8() % 2 == 0 ? id : i32()).close();
    }

    private void others() {
        switch (u8() % 5) {
            case 0 -> device.reset();
            case 1 -> device.regionFile(region()).close();
            case 2 -> assertThat(device.regionInfo(region()).size()).isNotNegative();
            case 3 -> assertThat(device.irqInfo(signedOrSmall()).count()).isNotNegative();
            default -> {
                if (stream != null) {
                    stream.close();
                }
            }
        }
    }

    private int region() {
        int index = u8() % 18;
        return index == 17 ? i32() : index;
    }

    /** Mostly in the region or close to its end. */
    private long offset(int region) {
        long size = device.regionInfo(region).size();
        return switch (u8() % 4) {
            case 0 -> Short.toUnsignedInt(i16());
            case 1 -> size - u8();
            case 2 -> size == 0 ? 0 : Integer.toUnsignedLong(i32()) % size;
            default -> ((long) i32() << Integer.SIZE) | Integer.toUnsignedLong(i32());
        };
    }

    private int signedOrSmall() {
        int small = u8() % 5;
        return small == 4 ? i32() : small;
    }

    private MemorySegment payload() {
        int size = Math.min(Math.min(u8() == 255 ? LONGEST : u8() % 41, script.remaining()), LONGEST);
        MemorySegment bytes = arena.allocate(size, 8);
        for (int i = 0; i < size; i++) {
            bytes.set(ValueLayout.JAVA_BYTE, i, (byte) u8());
        }
        return bytes;
    }

    private int u8() {
        return script.hasRemaining() ? Byte.toUnsignedInt(script.get()) : 0;
    }

    private short i16() {
        return (short) (u8() | u8() << 8);
    }

    private int i32() {
        return Short.toUnsignedInt(i16()) | i16() << 16;
    }
}
