/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.vfio4j.console.display.DisplayFeed;
import org.vfio4j.console.display.DisplaySource;
import org.vfio4j.linux.Mapping;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.display.Edid;
import org.vfio4j.vfio.display.Monitor;

/** An mbochs of a user-space host in this process, its user who draws, and the feed of what it shows. */
final class ShownDevice implements AutoCloseable {
    private static final int MEMORY = 16 << 20;
    private static final int REGISTERS = RegionInfo.PCI_BAR0 + 2;

    private final UserHost host = UserHost.installed(List.of());
    private final VfioDevice user;
    private final Mapping memory;
    private final DisplaySource display;
    private final DisplayFeed feed;
    private int width;
    private int height;

    ShownDevice() {
        HostDevice device = host.start("mbochs", "mbochs-medium", UUID.randomUUID());
        this.user = host.open(device);
        try (RegionFile file = user.regionFile(RegionInfo.PCI_BAR0)) {
            this.memory = Mapping.readWrite(file.fd(), file.offset(), MEMORY);
        }
        this.display = DisplaySource.beside(host.core().device(device.name()).orElseThrow());
        this.feed = new DisplayFeed("screen", display);
    }

    DisplayFeed feed() {
        return feed;
    }

    /** The device as a display has it, beside its user. */
    VfioDevice display() {
        return display.open();
    }

    /** Sets a mode, as the guest's driver does. */
    void mode(int newWidth, int newHeight) {
        int[][] registers = {{0x502, newWidth}, {0x504, newHeight}, {0x506, 32}, {0x50c, newWidth}, {0x508, 0x41}};
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocate(2);
            for (int[] register : registers) {
                word.set(ValueLayout.JAVA_SHORT, 0, (short) register[1]);
                user.write(REGISTERS, register[0], word);
            }
        }
        width = newWidth;
        height = newHeight;
    }

    /** Shows nothing any more. */
    void off() {
        try (Arena arena = Arena.ofConfined()) {
            user.write(REGISTERS, 0x508, arena.allocate(2));
        }
    }

    /** Draws a rectangle of one colour. */
    void fill(int x, int y, int w, int h, int rgb) {
        for (int row = y; row < y + h; row++) {
            for (int column = x; column < x + w; column++) {
                pixel(column, row, rgb);
            }
        }
    }

    void pixel(int x, int y, int rgb) {
        memory.segment().set(ValueLayout.JAVA_INT, 4L * (y * width + x), rgb);
    }

    /** Draws a little of everything: plain, few colours, lines, steps, noise; with bits of no colour set. */
    void drawAnything(Random random) {
        fill(0, 0, width, height, 0x203040);
        for (int i = 0; i < 40; i++) {
            int w = 1 + random.nextInt(width / 3);
            int h = 1 + random.nextInt(height / 3);
            int x = random.nextInt(width - w);
            int y = random.nextInt(height - h);
            int kind = random.nextInt(4);
            int base = random.nextInt(1 << 24);
            for (int row = y; row < y + h; row++) {
                for (int column = x; column < x + w; column++) {
                    pixel(column, row, colour(kind, base, column, row, random));
                }
            }
        }
    }

    private static int colour(int kind, int base, int x, int y, Random random) {
        return switch (kind) {
            case 0 -> base;
            case 1 -> base + x % 7 + 0x1000 * (y % 5);
            case 2 -> base ^ (x / 9) << 8 ^ y / 3;
            default -> random.nextInt();
        };
    }

    /** Draws a page of numbered lines of which no two are the same, beginning with that one. */
    void drawLines(int first) {
        for (int y = 0; y < height; y++) {
            int line = first + y;
            for (int x = 0; x < width; x++) {
                pixel(x, y, ((line * 0x9e3779b1) >>> (x % 8)) & 0x7f7f7f);
            }
        }
    }

    /** What is drawn, as 0xRRGGBB, line after line. */
    int[] drawn() {
        int[] pixels = new int[width * height];
        MemorySegment.copy(memory.segment(), ValueLayout.JAVA_INT, 0, pixels, 0, pixels.length);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] &= 0xffffff;
        }
        return pixels;
    }

    /** The size that its monitor asks for; none as long as no monitor was plugged in. */
    Optional<Edid.Size> monitor() {
        return Edid.preferred(Monitor.of(user).orElseThrow().edid());
    }

    MemorySegment memory() {
        return memory.segment();
    }

    /** Its user goes. */
    void release() {
        user.close();
    }

    @Override
    public void close() {
        feed.close();
        memory.close();
        user.close();
        host.close();
    }
}
