/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.testbed.Access.bytes;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.FieldSource;
import org.vfio4j.linux.Mapping;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

/** mdpy: a fixed framebuffer in BAR 0, shown as a region. */
@ParameterizedClass
@FieldSource("SAMPLES")
class MdpyContract {
    static final List<Sample> SAMPLES = Sample.of("mdpy");

    private static final int DISPLAY_REGION = 16;

    private final Sample sample;
    private VfioDevice device;

    MdpyContract(Sample sample) {
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
    void showsAGradientAfterReset() {
        GfxPlane plane = device.queryGfxPlane(GfxPlane.REGION);

        try (Mapping framebuffer = map(plane.id())) {
            for (int line = 0; line < plane.height(); line++) {
                byte expected = (byte) (line * 255 / plane.height());
                MemorySegment pixels = framebuffer.segment().asSlice((long) line * plane.stride(), plane.width() * 4L);
                assertThat(pixels.get(ValueLayout.JAVA_BYTE, 0))
                        .as("line %d", line)
                        .isEqualTo(expected);
                assertThat(pixels.get(ValueLayout.JAVA_BYTE, pixels.byteSize() - 1))
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void namesTheRegionThatItsPlaneIsIn() {
        GfxPlane plane = device.queryGfxPlane(GfxPlane.REGION);

        assertThat(plane.id()).isEqualTo(DISPLAY_REGION);
        assertThat(plane.format()).isEqualTo(GfxPlane.XRGB8888);
        assertThat(plane.stride()).isEqualTo(plane.width() * 4);
        assertThat((long) plane.size())
                .isEqualTo(device.regionInfo(DISPLAY_REGION).size());
        assertThat((long) plane.stride() * plane.height()).isLessThanOrEqualTo(plane.size());
    }

    @Test
    void showsTheMemoryOfBar0InTheDisplayRegion() {
        try (Mapping bar0 = map(RegionInfo.PCI_BAR0);
                Mapping display = map(DISPLAY_REGION)) {
            bar0.segment().set(ValueLayout.JAVA_INT, 0x5000, 0x00c0ffee);

            assertThat(display.segment().get(ValueLayout.JAVA_INT, 0x5000)).isEqualTo(0x00c0ffee);
        }
    }

    @Test
    void forgetsWhatWasDrawnAtReset() {
        try (Mapping bar0 = map(RegionInfo.PCI_BAR0)) {
            bar0.segment().set(ValueLayout.JAVA_INT, 0, 0x00c0ffee);

            device.reset();

            assertThat(bar0.segment().get(ValueLayout.JAVA_INT, 0)).isZero();
        }
    }

    @Test
    void readsAndWritesBar0WhereTheOffsetSays() {
        try (Mapping bar0 = map(RegionInfo.PCI_BAR0)) {
            bytes(device, RegionInfo.PCI_BAR0, 0x8000, new byte[] {1, 2, 3, 4});

            // The kernel's mdpy passes over the offset of a read or write of BAR 0: it always hits the first bytes.
            long at = Side.current().isKernel() ? 0 : 0x8000;
            assertThat(bar0.segment().asSlice(at, 4).toArray(ValueLayout.JAVA_BYTE))
                    .containsExactly(1, 2, 3, 4);
            assertThat(bytes(device, RegionInfo.PCI_BAR0, 0x8000, 4)).containsExactly(1, 2, 3, 4);
        }
    }

    private Mapping map(int region) {
        try (RegionFile file = device.regionFile(region)) {
            return file.map(device.regionInfo(region).mappable().getFirst());
        }
    }
}
