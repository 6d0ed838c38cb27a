/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vfio4j.testbed.Access.bytes;
import static org.vfio4j.testbed.Access.errno;
import static org.vfio4j.testbed.Access.read16;
import static org.vfio4j.testbed.Access.read32;
import static org.vfio4j.testbed.Access.read8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.FieldSource;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.Memfd;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

/** What every device promises, whoever implements it. */
@ParameterizedClass
@FieldSource("SAMPLES")
class DeviceContract {
    static final List<Sample> SAMPLES = Sample.ALL;

    private static final int TIMES = 20;

    private final Sample sample;
    private VfioDevice device;

    DeviceContract(Sample sample) {
        this.sample = sample;
    }

    @BeforeEach
    void open() {
        device = Side.current().open(sample);
        device.reset();
    }

    @AfterEach
    void close() {
        device.close();
    }

    @Test
    void answersAsTheKernelsOwnDoes() {
        assertThat(Transcript.of(device))
                .containsExactlyElementsOf(Golden.of(sample).expected(Side.current()));
    }

    @Test
    void answersTheSameAgain() {
        List<String> first = Transcript.of(device);

        assertThat(Transcript.of(device)).isEqualTo(first);
    }

    @Test
    void takesItsUsersMemoryAndGivesItBack() {
        IovaRange range = IovaRange.of(1L << 30, 1 << 20);
        try (Fd memory = Memfd.create("guest", 2 << 20)) {
            DmaMapping mapping =
                    new DmaMapping(range, DmaMapping.READ | DmaMapping.WRITE, new DmaMapping.File(memory, 1 << 20));
            for (int i = 0; i < 2; i++) {
                device.mapDma(mapping);
                device.unmapDma(range);
            }
            device.mapDma(mapping);
            device.unmapDma(IovaRange.ALL);
            device.unmapDma(IovaRange.ALL);
        }
    }

    @Test
    void isAPciDeviceWithTheRegionsItCounts() {
        DeviceInfo info = device.info();

        assertThat(info.flags() & DeviceInfo.PCI).isNotZero();
        assertThat(info.irqs()).isEqualTo(5);
        for (int i = 0; i < info.regions(); i++) {
            assertThat(device.regionInfo(i).index()).isEqualTo(i);
        }
        assertThat(errno(() -> device.regionInfo(info.regions()))).isEqualTo("EINVAL");
    }

    @Test
    void readsTheSameConfigurationInEveryWidth() {
        byte[] all = bytes(device, RegionInfo.PCI_CONFIG, 0, 64);

        for (int at = 0; at < 64; at++) {
            assertThat((byte) read8(device, RegionInfo.PCI_CONFIG, at)).isEqualTo(all[at]);
        }
        for (int at = 0; at < 64; at += 2) {
            assertThat(read16(device, RegionInfo.PCI_CONFIG, at) & 0xff).isEqualTo(all[at] & 0xff);
        }
        for (int at = 0; at < 64; at += 4) {
            assertThat(read32(device, RegionInfo.PCI_CONFIG, at) & 0xff).isEqualTo(all[at] & 0xff);
        }
        assertThat(bytes(device, RegionInfo.PCI_CONFIG, 1, 7))
                .containsExactly(all[1], all[2], all[3], all[4], all[5], all[6], all[7]);
    }

    @Test
    void endsAnAccessWhereTheRegionEnds() {
        long size = device.regionInfo(RegionInfo.PCI_CONFIG).size();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment eight = arena.allocate(8, 8);

            assertThat(device.read(RegionInfo.PCI_CONFIG, size - 3, eight)).isEqualTo(3);
            assertThat(errno(() -> device.read(RegionInfo.PCI_CONFIG, size, eight)))
                    .isEqualTo("EINVAL");
            assertThat(errno(() -> device.write(RegionInfo.PCI_CONFIG, size, eight)))
                    .isEqualTo("EINVAL");
            assertThat(errno(() -> device.read(RegionInfo.PCI_CONFIG, Long.MAX_VALUE, eight)))
                    .isEqualTo("EINVAL");
            assertThat(errno(() -> device.read(RegionInfo.PCI_CONFIG, Long.MIN_VALUE, eight)))
                    .isEqualTo("EINVAL");
        }
    }

    @Test
    void showsOneMemoryToEveryMappingOfARegion() {
        RegionInfo bar0 = device.regionInfo(RegionInfo.PCI_BAR0);
        for (RegionCapability.Area area : bar0.mappable()) {
            try (RegionFile file = device.regionFile(RegionInfo.PCI_BAR0);
                    Mapping first = file.map(area);
                    Mapping second = file.map(area)) {
                long last = area.size() - 4;

                first.segment().set(ValueLayout.JAVA_INT, last, 0x12345678);
                first.segment().set(ValueLayout.JAVA_INT, 4096, 0x9abcdef0);

                assertThat(second.segment().get(ValueLayout.JAVA_INT, last)).isEqualTo(0x12345678);
                assertThat(second.segment().get(ValueLayout.JAVA_INT, 4096)).isEqualTo(0x9abcdef0);
            }
        }
        if (bar0.mappable().isEmpty()) {
            assertThat(errno(() -> device.regionFile(RegionInfo.PCI_BAR0).close()))
                    .isEqualTo("EINVAL");
        }
    }

    @Test
    void probesOfPlanesChangeNothing() {
        List<String> before = Transcript.of(device);

        for (int type : new int[] {GfxPlane.REGION, GfxPlane.DMABUF}) {
            try {
                assertThat(device.queryGfxPlane(GfxPlane.PROBE | type)).isEqualTo(GfxPlane.NONE);
            } catch (ErrnoException e) {
                assertThat(e.errnoName()).isIn("EINVAL", "ENOTTY");
            }
        }

        assertThat(Transcript.of(device)).isEqualTo(before);
    }

    @Test
    void canBeClosedTwiceAndIsNotUsedAfterThat() {
        device.close();

        assertThatCode(device::close).doesNotThrowAnyException();
        assertThatThrownBy(device::info).isInstanceOfAny(IllegalStateException.class, ErrnoException.class);
    }

    @Test
    void leavesNoDescriptorBehind() throws IOException {
        device.close();
        long before = descriptors();

        for (int i = 0; i < TIMES; i++) {
            try (VfioDevice again = Side.current().open(sample)) {
                Transcript.of(again);
            }
        }

        assertThat(descriptors())
                .as("one that stayed each time; the JVM and other tests open and close some of their own")
                .isLessThan(before + TIMES);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.count();
        }
    }
}
