/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.testbed.Access.bytes;
import static org.vfio4j.testbed.Access.errno;
import static org.vfio4j.testbed.Access.read16;
import static org.vfio4j.testbed.Access.read32;
import static org.vfio4j.testbed.Access.write16;
import static org.vfio4j.testbed.Access.write32;
import static org.vfio4j.testbed.Access.write8;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.FieldSource;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

/** mbochs: the bochs display's registers in BAR 2, video memory in BAR 0, planes as dma-bufs, an EDID region. */
@ParameterizedClass
@FieldSource("SAMPLES")
class MbochsContract {
    static final List<Sample> SAMPLES = Sample.of("mbochs");

    private static final int MMIO = RegionInfo.PCI_BAR2;
    private static final int DISPI = 0x500;
    private static final int EDID_REGION = 9;
    private static final int EDID_SIZE = 8;
    private static final int EDID_LINK = 20;
    private static final int LINK_UP = 1;
    private static final int LINK_DOWN = 2;

    private final Sample sample;
    private VfioDevice device;

    MbochsContract(Sample sample) {
        this.sample = sample;
    }

    @BeforeEach
    void open() {
        device = Side.current().open(sample);
        device.reset();
    }

    @AfterEach
    void close() {
        write32(device, EDID_REGION, EDID_LINK, LINK_DOWN);
        device.close();
    }

    @Test
    void identifiesItselfToTheGuestsDriver() {
        assertThat(dispi(0) & 0xfff0).isEqualTo(0xb0c0);
        assertThat(dispi(10) * 65536L)
                .isEqualTo(device.regionInfo(RegionInfo.PCI_BAR0).size());
    }

    @Test
    void showsNothingUntilAModeIsSet() {
        assertThat(device.queryGfxPlane(GfxPlane.DMABUF)).isEqualTo(GfxPlane.NONE);
    }

    @Test
    void showsTheModeThatTheGuestSet() {
        mode(640, 480);

        GfxPlane plane = device.queryGfxPlane(GfxPlane.DMABUF);

        assertThat(plane.format()).isEqualTo(GfxPlane.XRGB8888);
        assertThat(plane.width()).isEqualTo(640);
        assertThat(plane.height()).isEqualTo(480);
        assertThat(plane.stride()).isEqualTo(2560);
        assertThat(plane.size()).isEqualTo(2560 * 480);
    }

    @Test
    void keepsThePlanesIdWhileTheModeStays() {
        mode(640, 480);
        GfxPlane first = device.queryGfxPlane(GfxPlane.DMABUF);
        assertThat(device.queryGfxPlane(GfxPlane.DMABUF)).isEqualTo(first);

        mode(800, 600);
        GfxPlane second = device.queryGfxPlane(GfxPlane.DMABUF);

        assertThat(second.width()).isEqualTo(800);
        assertThat(second.id()).isNotEqualTo(first.id());
    }

    @Test
    void handsThePlaneOutAsADmabuf() {
        mode(640, 480);
        GfxPlane plane = device.queryGfxPlane(GfxPlane.DMABUF);

        try (Dmabuf dmabuf = device.gfxDmabuf(plane.id())) {
            assertThat(dmabuf.fd().isOpen()).isTrue();
            assertThat(dmabuf.offset()).isZero();
        }
        assertThat(errno(() -> device.gfxDmabuf(plane.id() + 1000).close())).isEqualTo("ENOENT");
    }

    @Test
    void refusesModesThatMakeNoSense() {
        mode(32, 480);
        assertThat(device.queryGfxPlane(GfxPlane.DMABUF)).isEqualTo(GfxPlane.NONE);

        mode(640, 480);
        dispi(3, 24);
        assertThat(device.queryGfxPlane(GfxPlane.DMABUF)).isEqualTo(GfxPlane.NONE);

        mode(0xffff, 0xffff);
        assertThat(device.queryGfxPlane(GfxPlane.DMABUF)).isEqualTo(GfxPlane.NONE);
    }

    @Test
    void takesItsRegistersInTwoBytesOnly() {
        dispi(2, 480);
        dispi(3, 32);

        write8(device, MMIO, DISPI + 4, 0x11);
        write32(device, MMIO, DISPI + 4, 0x22222222);

        assertThat(dispi(2)).isEqualTo(480);
        assertThat(dispi(3)).isEqualTo(32);
    }

    @Test
    void forgetsTheModeAtReset() {
        mode(640, 480);

        device.reset();

        assertThat(device.queryGfxPlane(GfxPlane.DMABUF)).isEqualTo(GfxPlane.NONE);
        assertThat(dispi(1)).isZero();
    }

    @Test
    void tellsTheLimitsOfItsEdid() {
        Map<String, List<Integer>> limits = Map.of(
                "mbochs-small", List.of(800, 600), "mbochs-medium", List.of(1920, 1440), "mbochs-large", List.of(0, 0));

        assertThat(read32(device, EDID_REGION, 0)).isEqualTo(0x800);
        assertThat(read32(device, EDID_REGION, 4)).isEqualTo(0x400);
        assertThat(List.of(read32(device, EDID_REGION, 12), read32(device, EDID_REGION, 16)))
                .isEqualTo(limits.get(sample.type()));
    }

    @Test
    void showsTheGuestAnEdidWhileTheLinkIsUp() {
        byte[] edid = new byte[128];
        for (int i = 0; i < edid.length; i++) {
            edid[i] = (byte) (i + 1);
        }

        write32(device, EDID_REGION, EDID_LINK, LINK_DOWN);
        bytes(device, EDID_REGION, 0x800, edid);
        write32(device, EDID_REGION, EDID_SIZE, edid.length);
        assertThat(bytes(device, MMIO, 0, 128)).containsOnly(0);

        write32(device, EDID_REGION, EDID_LINK, LINK_UP);
        assertThat(bytes(device, MMIO, 0, 128)).isEqualTo(edid);
        assertThat(bytes(device, MMIO, 128, 128)).containsOnly(0);
    }

    @Test
    void passesOverWritesOfWhatTheUserMayNotSet() {
        List<Integer> before = edidHeader();

        write32(device, EDID_REGION, 0, 7);
        write32(device, EDID_REGION, 4, 7);
        write32(device, EDID_REGION, 12, 7);
        write32(device, EDID_REGION, 16, 7);
        write8(device, EDID_REGION, EDID_SIZE, 7);

        assertThat(edidHeader()).isEqualTo(before);
    }

    @Test
    void keepsItsIdentityWhateverTheGuestWrites() {
        dispi(0, 1);
        dispi(10, 1);

        // The kernel's mbochs lets the guest overwrite both.
        boolean kernel = Side.current().isKernel();
        assertThat(dispi(0)).isEqualTo(kernel ? 1 : 0xb0c5);
        assertThat(dispi(10) * 65536L)
                .isEqualTo(
                        kernel ? 65536 : device.regionInfo(RegionInfo.PCI_BAR0).size());
    }

    private List<Integer> edidHeader() {
        return List.of(
                read32(device, EDID_REGION, 0),
                read32(device, EDID_REGION, 4),
                read32(device, EDID_REGION, EDID_SIZE),
                read32(device, EDID_REGION, 12),
                read32(device, EDID_REGION, 16));
    }

    private void mode(int width, int height) {
        dispi(4, 0);
        dispi(3, 32);
        dispi(1, width);
        dispi(2, height);
        dispi(5, 0);
        dispi(6, width);
        dispi(7, height);
        dispi(8, 0);
        dispi(9, 0);
        dispi(4, 0x41);
    }

    private int dispi(int index) {
        return read16(device, MMIO, DISPI + 2L * index);
    }

    private void dispi(int index, int value) {
        write16(device, MMIO, DISPI + 2L * index, value);
    }
}
