/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.MemoryRegion;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.RegisterRegion;
import org.vfio4j.vfio.pci.RegisterSet;
import org.vfio4j.vfio.pci.SharedMemory;
import org.vfio4j.vfio.pci.Window;

class ScanoutTest {
    private static final int SIZE = 64 * 1024;
    private static final int UNMAPPED = RegionInfo.PCI_BAR0 + 2;
    private static final int UNSEALED = 8;

    @TempDir
    private Path folder;

    private final SharedMemory memory = SharedMemory.create("picture", SIZE);
    private final byte[] registers = new byte[4096];
    private final Screen screen = Screen.of(memory, registers);

    /** A device that says of its plane whatever it is told to. */
    private static final class Screen extends PciDevice {
        private final SharedMemory memory;
        private int kind = GfxPlane.REGION;
        private GfxPlane plane = GfxPlane.NONE;
        private @Nullable Fd unsealed;

        private Screen(Parts parts, SharedMemory memory) {
            super(parts);
            this.memory = memory;
        }

        static Screen of(SharedMemory memory, byte[] registers) {
            RegisterSet set = RegisterSet.of(registers.length, List.of(Window.memory("pixels", 0, registers)));
            return new Screen(
                    new Parts(ConfigSpace.of(1, 1).build())
                            .region(MemoryRegion.of(RegionInfo.PCI_BAR0, memory))
                            .region(RegisterRegion.of(UNMAPPED, set)),
                    memory);
        }

        @Override
        public GfxPlane queryGfxPlane(int flags) {
            if ((flags & ~GfxPlane.PROBE) != kind) {
                throw new VfioException(Errno.EINVAL, "not this way");
            }
            return (flags & GfxPlane.PROBE) != 0 ? GfxPlane.NONE : plane;
        }

        @Override
        public Dmabuf gfxDmabuf(int id) {
            if (id == UNSEALED && unsealed != null) {
                return new Dmabuf(unsealed.duplicate(), 4096);
            }
            if (id != 7) {
                throw new VfioException(Errno.ENOENT, "no dmabuf " + id);
            }
            return new Dmabuf(memory.duplicate(), 4096);
        }
    }

    @AfterEach
    void close() {
        screen.close();
    }

    @Test
    void aRegionIsSeenAsItIs() {
        screen.plane = plane(64, 32, 512, RegionInfo.PCI_BAR0);
        try (Scanout scanout = Scanout.of(screen)) {
            Frame frame = scanout.look().orElseThrow();
            memory.segment().set(ValueLayout.JAVA_INT, 512 * 31 + 4 * 63, 0x00c0ffee);

            assertThat(scanout.kind()).isEqualTo(Scanout.Kind.REGION);
            assertThat(frame.rgb(63, 31)).isEqualTo(0xc0ffee);
        }
    }

    @Test
    void aRegionThatCannotBeMappedIsRead() {
        screen.plane = plane(16, 16, 64, UNMAPPED);
        registers[64 * 2 + 4] = 0x11;
        try (Scanout scanout = Scanout.of(screen)) {
            assertThat(scanout.look().orElseThrow().rgb(1, 2)).isEqualTo(0x11);
            registers[64 * 2 + 4] = 0x22;
            assertThat(scanout.look().orElseThrow().rgb(1, 2)).isEqualTo(0x22);
        }
    }

    @Test
    void aDmabufIsSeenFromItsOffsetOn() {
        screen.kind = GfxPlane.DMABUF;
        screen.plane = plane(64, 32, 256, 7);
        memory.segment().set(ValueLayout.JAVA_INT, 4096, 0x123456);
        try (Scanout scanout = Scanout.of(screen)) {
            assertThat(scanout.look().orElseThrow().rgb(0, 0)).isEqualTo(0x123456);
        }
    }

    @Test
    void aFileThatItsServerShrinksIsAnErrorAndNoCrash() {
        screen.kind = GfxPlane.DMABUF;
        screen.plane = plane(64, 32, 256, UNSEALED);
        try (Fd file = FileIo.open(folder.resolve("memory").toString(), FileIo.O_RDWR | FileIo.O_CREAT);
                Scanout scanout = Scanout.of(screen);
                Damage damage = new Damage()) {
            FileIo.truncate(file, SIZE);
            screen.unsealed = file;
            for (int i = 0; i < 2; i++) {
                assertThat(damage.update(scanout.look().orElseThrow())).hasSize(1 - i);
            }

            FileIo.truncate(file, 4096);

            assertErrno(Errno.EPROTO, scanout::look);
            screen.plane = plane(64, 16, 256, UNSEALED);
            assertErrno(Errno.EPROTO, scanout::look);
        }
    }

    private static void assertErrno(int errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        DisplayException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @ParameterizedTest
    @EnumSource
    void everyFormatIsSeenInItsColours(PixelFormat format) {
        int[] rgb = {0xff0000, 0x00ff00, 0x0000ff, 0xffffff, 0x000000};
        int stride = 64 * format.bytes();
        screen.plane = new GfxPlane(fourcc(format), 0, 64, 32, stride, SIZE, 0, 0, 0, 0, RegionInfo.PCI_BAR0);
        for (int i = 0; i < rgb.length; i++) {
            draw(format, 5 * stride + i * format.bytes(), rgb[i]);
        }
        try (Scanout scanout = Scanout.of(screen);
                Damage damage = new Damage()) {
            damage.update(scanout.look().orElseThrow());
            int[] line = new int[rgb.length];
            Objects.requireNonNull(damage.kept()).read(0, 5, rgb.length, 1, line);

            assertThat(line).isEqualTo(rgb);
            for (int i = 0; i < rgb.length; i++) {
                assertThat(scanout.look().orElseThrow().rgb(i, 5)).isEqualTo(rgb[i]);
            }
            draw(format, 31 * stride + 63 * format.bytes(), 0xffffff);
            assertThat(damage.update(scanout.look().orElseThrow())).containsExactly(new Damage.Rectangle(0, 0, 64, 32));
        }
    }

    private static int fourcc(PixelFormat format) {
        String letters = format.letters();
        return letters.charAt(0) | letters.charAt(1) << 8 | letters.charAt(2) << 16 | letters.charAt(3) << 24;
    }

    /** Draws a pixel whose components are none or all. */
    private void draw(PixelFormat format, long at, int rgb) {
        int red = rgb >> 16 & 1;
        int green = rgb >> 8 & 1;
        int blue = rgb & 1;
        switch (format) {
            case XRGB8888, ARGB8888 -> word(at, 0xff0000 * red | 0xff00 * green | 0xff * blue | 0x5a000000);
            case XBGR8888, ABGR8888 -> word(at, 0xff * red | 0xff00 * green | 0xff0000 * blue | 0x5a000000);
            case RGB565 -> half(at, 0xf800 * red | 0x7e0 * green | 0x1f * blue);
            case XRGB1555 -> half(at, 0x7c00 * red | 0x3e0 * green | 0x1f * blue | 0x8000);
        }
    }

    private void word(long at, int value) {
        memory.segment().set(ValueLayout.JAVA_INT, at, value);
    }

    private void half(long at, int value) {
        memory.segment().set(ValueLayout.JAVA_SHORT, at, (short) value);
    }

    @Test
    void changesOfModeAreFollowed() {
        try (Scanout scanout = Scanout.of(screen)) {
            assertThat(scanout.look()).isEmpty();
            screen.plane = plane(64, 32, 256, 0);
            assertThat(scanout.look())
                    .hasValueSatisfying(frame -> assertThat(frame.width()).isEqualTo(64));
            screen.plane = plane(80, 40, 320, 0);
            assertThat(scanout.look())
                    .hasValueSatisfying(frame -> assertThat(frame.width()).isEqualTo(80));
            screen.plane = GfxPlane.NONE;
            assertThat(scanout.look()).isEmpty();
        }
    }

    @Test
    void aDeviceWithoutADisplaySaysSo() {
        screen.kind = 0;

        assertThatThrownBy(() -> Scanout.of(screen))
                .isInstanceOfSatisfying(
                        DisplayException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
    }

    static Stream<GfxPlane> lies() {
        return Stream.of(
                plane(64, 32, 255, 0),
                plane(64, 32, -256, 0),
                plane(-1, 32, 256, 0),
                plane(64, Integer.MAX_VALUE, 256, 0),
                plane(64, 257, 256, 0),
                plane(16384, 16384, 65536, 0),
                new GfxPlane(GfxPlane.XRGB8888, 0, 64, 32, 256, 100, 0, 0, 0, 0, 0),
                new GfxPlane(0x12345678, 0, 64, 32, 256, 64 * 1024, 0, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("lies")
    void aPlaneThatMakesNoSenseIsRefused(GfxPlane lie) {
        screen.plane = lie;
        try (Scanout scanout = Scanout.of(screen)) {
            assertThatThrownBy(scanout::look)
                    .isInstanceOfSatisfying(
                            DisplayException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPROTO));
            screen.plane = plane(64, 32, 256, 0);
            assertThat(scanout.look()).isPresent();
        }
    }

    @Test
    void whateverAPlaneSaysNothingBeyondItsMemoryIsTouched() {
        Random random = new Random(11);
        int[] values = {0, 1, -1, 63, 64, 65, 256, 4096, SIZE, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE};
        for (int kind : new int[] {GfxPlane.REGION, GfxPlane.DMABUF}) {
            screen.kind = kind;
            try (Scanout scanout = Scanout.of(screen)) {
                for (int i = 0; i < 20_000; i++) {
                    screen.plane = new GfxPlane(
                            random.nextInt(5) == 0 ? random.nextInt() : GfxPlane.XRGB8888,
                            0,
                            values[random.nextInt(values.length)],
                            values[random.nextInt(values.length)],
                            values[random.nextInt(values.length)],
                            values[random.nextInt(values.length)],
                            0,
                            0,
                            0,
                            0,
                            random.nextInt(4) == 0 ? random.nextInt() : kind == GfxPlane.DMABUF ? 7 : 0);
                    try {
                        scanout.look().ifPresent(f -> f.rgb(f.width() - 1, f.height() - 1));
                    } catch (DisplayException | VfioException e) {
                        assertThat(e.errno()).isPositive();
                    }
                }
            }
        }
    }

    private static GfxPlane plane(int width, int height, int stride, int id) {
        return new GfxPlane(GfxPlane.XRGB8888, 0, width, height, stride, 0, 0, 0, 0, 0, id);
    }
}
