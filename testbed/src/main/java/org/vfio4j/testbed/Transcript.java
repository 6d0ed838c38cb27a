/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.IrqRequest.Action;
import org.vfio4j.vfio.IrqRequest.Data;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

/** Everything a device answers when it is asked all that can be asked right after a reset, a line an answer: for comparing two of them. */
public final class Transcript {
    private static final int REGIONS_ASKED = 18;
    private static final int IRQS_ASKED = 6;
    private static final int FEATURES_ASKED = 15;
    private static final int CONFIG_BYTES = 255;
    private static final int PER_LINE = 16;

    private final VfioDevice device;
    private final List<String> lines = new ArrayList<>();

    private Transcript(VfioDevice device) {
        this.device = device;
    }

    /** Resets the device and asks. */
    public static List<String> of(VfioDevice device) {
        Transcript transcript = new Transcript(device);
        transcript.ask("reset", () -> {
            device.reset();
            return "ok";
        });
        transcript.infos();
        transcript.config();
        transcript.planes();
        transcript.features();
        transcript.irqRequests();
        transcript.accesses();
        transcript.states();
        return List.copyOf(transcript.lines);
    }

    private void ask(String what, Supplier<String> question) {
        String answer;
        try {
            answer = question.get();
        } catch (ErrnoException e) {
            answer = e.errnoName();
        }
        lines.add(what + ": " + answer);
    }

    private void infos() {
        ask("info", () -> {
            DeviceInfo info = device.info();
            return String.format("flags 0x%x regions %d irqs %d", info.flags(), info.regions(), info.irqs());
        });
        for (int i = 0; i < REGIONS_ASKED; i++) {
            int index = i;
            ask("region " + i, () -> {
                RegionInfo info = device.regionInfo(index);
                return String.format("flags 0x%x size 0x%x %s", info.flags(), info.size(), info.capabilities());
            });
        }
        for (int i = 0; i < IRQS_ASKED; i++) {
            int index = i;
            ask("irq " + i, () -> {
                IrqInfo info = device.irqInfo(index);
                return String.format("flags 0x%x count %d", info.flags(), info.count());
            });
        }
    }

    private void config() {
        for (int at = 0; at < CONFIG_BYTES; at += PER_LINE) {
            int offset = at;
            int length = Math.min(PER_LINE, CONFIG_BYTES - at);
            ask(String.format("config 0x%02x", at), () -> hex(RegionInfo.PCI_CONFIG, offset, length));
        }
        for (int bar = 0; bar < 6; bar++) {
            long at = 0x10 + 4L * bar;
            ask("size of BAR " + bar, () -> {
                write(RegionInfo.PCI_CONFIG, at, 4, -1);
                String answer = hex(RegionInfo.PCI_CONFIG, at, 4);
                write(RegionInfo.PCI_CONFIG, at, 4, 0);
                return answer + ", then " + hex(RegionInfo.PCI_CONFIG, at, 4);
            });
        }
    }

    private void planes() {
        for (int flags = 0; flags < 10; flags++) {
            int asked = flags;
            ask("plane 0x" + Integer.toHexString(flags), () -> {
                GfxPlane plane = device.queryGfxPlane(asked);
                return plane.equals(GfxPlane.NONE) ? "nothing" : plane.toString();
            });
        }
        ask("dmabuf 4711", () -> {
            device.gfxDmabuf(4711).close();
            return "ok";
        });
    }

    private void features() {
        for (int i = 0; i < FEATURES_ASKED; i++) {
            for (int operations : new int[] {0, Feature.GET, Feature.SET, Feature.GET | Feature.SET}) {
                int flags = i | operations;
                ask(String.format("feature 0x%05x probe", flags), () -> {
                    device.feature(flags | Feature.PROBE, MemorySegment.NULL);
                    return "ok";
                });
            }
        }
        ask("migration flags", () -> "0x" + Long.toHexString(Feature.migrationFlags(device)));
        ask("device state", () -> Feature.deviceState(device).name());
        ask("migration data size", () -> String.valueOf(Feature.migrationDataSize(device)));
        for (int flags : new int[] {Feature.MIGRATION, Feature.MIGRATION | Feature.GET | Feature.SET}) {
            ask(String.format("feature 0x%05x", flags), () -> feature(flags, 8));
        }
        ask("migration flags in 4 bytes", () -> feature(Feature.MIGRATION | Feature.GET, 4));
        ask("migration flags in 16 bytes", () -> feature(Feature.MIGRATION | Feature.GET, 16));
        ask("setting migration flags", () -> feature(Feature.MIGRATION | Feature.SET, 8));
        ask("unknown flag bit", () -> feature(Feature.MIGRATION | Feature.GET | 1 << 30, 8));
    }

    private String feature(int flags, int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(bytes, Long.BYTES);
            device.feature(flags, data);
            return HexFormat.of().formatHex(data.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    private void irqRequests() {
        try (Eventfd event = Eventfd.create()) {
            Data one = new Data.Eventfds(List.of(Optional.of(event.fd())));
            Data two = new Data.Eventfds(List.of(Optional.of(event.fd()), Optional.of(event.fd())));
            for (int index = 0; index < IRQS_ASKED; index++) {
                String irq = "set irq " + index + " ";
                irq(irq + "eventfd", new IrqRequest(index, 0, 1, Action.TRIGGER, one));
                irq(irq + "mask", IrqRequest.mask(index));
                irq(irq + "unmask", IrqRequest.unmask(index));
                irq(irq + "trigger none", new IrqRequest(index, 0, 1, Action.TRIGGER, new Data.None()));
                irq(irq + "trigger bool", new IrqRequest(index, 0, 1, Action.TRIGGER, new Data.Bools(List.of(true))));
                irq(irq + "two eventfds", new IrqRequest(index, 0, 2, Action.TRIGGER, two));
                irq(irq + "eventfd at 1", new IrqRequest(index, 1, 1, Action.TRIGGER, one));
                irq(
                        irq + "de-assign",
                        new IrqRequest(index, 0, 1, Action.TRIGGER, new Data.Eventfds(List.of(Optional.empty()))));
                irq(irq + "disable", IrqRequest.disable(index));
                irq(irq + "disable again", IrqRequest.disable(index));
            }
        }
    }

    private void irq(String what, IrqRequest request) {
        ask(what, () -> {
            device.setIrqs(request);
            return "ok";
        });
    }

    private void accesses() {
        for (int region : new int[] {1, 6, 8, 9, 17, -1}) {
            ask("read region " + region, () -> hex(region, 0, 4));
        }
        ask("read config before its begin", () -> hex(RegionInfo.PCI_CONFIG, -4, 4));
        ask("read config far behind its end", () -> hex(RegionInfo.PCI_CONFIG, 0x10000, 4));
        ask("map config", () -> {
            device.regionFile(RegionInfo.PCI_CONFIG).close();
            return "ok";
        });
        ask("write of the vendor id", () -> {
            write(RegionInfo.PCI_CONFIG, 0, 4, -1);
            return hex(RegionInfo.PCI_CONFIG, 0, 4);
        });
        ask("write of the command", () -> {
            write(RegionInfo.PCI_CONFIG, 4, 2, 0x7);
            return hex(RegionInfo.PCI_CONFIG, 4, 4);
        });
        ask("write of the interrupt line", () -> {
            write(RegionInfo.PCI_CONFIG, 0x3c, 1, 0x0b);
            String answer = hex(RegionInfo.PCI_CONFIG, 0x3c, 2);
            write(RegionInfo.PCI_CONFIG, 0x3c, 1, 0); // a reset of the kernel's mtty leaves it
            return answer;
        });
    }

    private void states() {
        for (DeviceState target : DeviceState.values()) {
            ask("reset, then to " + target, () -> {
                device.reset();
                Optional<MigrationStream> stream = device.setDeviceState(target);
                stream.ifPresent(MigrationStream::close);
                return (stream.isPresent() ? "a stream" : "no stream") + ", state " + Feature.deviceState(device);
            });
        }
        ask("reset at the end", () -> {
            device.reset();
            return "ok";
        });
    }

    private String hex(int region, long offset, int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(length, Long.BYTES);
            int read = device.read(region, offset, bytes);
            return HexFormat.of().formatHex(bytes.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    private void write(int region, long offset, int length, int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(ValueLayout.JAVA_INT);
            bytes.set(ValueLayout.JAVA_INT, 0, value);
            device.write(region, offset, bytes.asSlice(0, length));
        }
    }

    /** Prints the transcript of every sample of this side, or of those whose types are named. */
    public static void main(String[] types) {
        for (Sample sample : Sample.ALL) {
            if (types.length == 0 || List.of(types).contains(sample.type())) {
                System.out.println("== " + sample);
                try (VfioDevice device = Side.current().open(sample)) {
                    of(device).forEach(System.out::println);
                }
            }
        }
    }
}
