/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.devices.Access.assertErrno;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Mapping;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;

/** The kernel's answers are those of its own mdpy in a VM. */
class MdpyDeviceTest {
    private static final int DISPLAY = 16;
    private static final int RWM = RegionInfo.READ | RegionInfo.WRITE | RegionInfo.MMAP;
    private static final int VGA_SIZE = 0x200000;

    private final MdpyDevice device = vga();
    private final Access access = new Access(device);

    @AfterEach
    void close() {
        access.close();
    }

    private static MdpyDevice vga() {
        return MdpyDevice.create(MdpyDevice.Model.VGA, () -> {});
    }

    @Test
    void itTellsOfItselfWhatTheKernelsDoes() {
        assertThat(device.info()).isEqualTo(new DeviceInfo(DeviceInfo.PCI, 9, 5));
        assertThat(device.regionInfo(0)).isEqualTo(new RegionInfo(0, RWM, VGA_SIZE));
        assertThat(device.regionInfo(DISPLAY)).isEqualTo(new RegionInfo(DISPLAY, RWM, VGA_SIZE));
        assertThat(device.regionInfo(RegionInfo.PCI_CONFIG)).isEqualTo(new RegionInfo(RegionInfo.PCI_CONFIG, 3, 256));
        assertThat(device.regionInfo(RegionInfo.PCI_BAR2)).isEqualTo(new RegionInfo(RegionInfo.PCI_BAR2, 0, 0));
        assertErrno(Errno.EINVAL, () -> device.regionInfo(9));
    }

    @ParameterizedTest
    @CsvSource({"VGA, 640, 480, 0x200000", "XGA, 1024, 768, 0x400000", "HD, 1920, 1080, 0x800000"})
    void theGuestsDriverFindsTheResolutionInTheCapability(MdpyDevice.Model model, int width, int height, int memory) {
        try (Access guest = new Access(MdpyDevice.create(model, () -> {}))) {
            assertThat(guest.config(0x00)).isEqualTo(0x000f_1b36);
            assertThat(guest.config(0x04)).isEqualTo(0x0010_0003);
            assertThat(guest.config(0x08)).isEqualTo(0x0380_0001);
            assertThat(guest.config(0x2c)).isEqualTo(0x1100_1af4);
            assertThat(guest.config(0x34)).isEqualTo(0x40);
            assertThat(guest.config(0x3c)).isZero();
            assertThat(guest.config(0x40)).isEqualTo(0x0010_0009);
            assertThat(guest.config(0x44)).isEqualTo(0x3432_5258);
            assertThat(guest.config(0x48)).isEqualTo(width);
            assertThat(guest.config(0x4c)).isEqualTo(height);

            guest.config(0x10, -1);
            assertThat(guest.config(0x10)).isEqualTo(-memory | 8);
        }
    }

    @Test
    void whatTheGuestMayNotChangeItCannot() {
        byte[] before = access.bytes(RegionInfo.PCI_CONFIG, 0, 256);

        for (int offset = 0; offset < 256; offset += 4) {
            if (offset != 0x10) {
                access.config(offset, -1);
            }
        }

        assertThat(access.bytes(RegionInfo.PCI_CONFIG, 0, 256)).isEqualTo(before);
    }

    @Test
    void aNewDeviceShowsAGradientInBothRegions() {
        assertThat(access.read(0, 0, 4)).isZero();
        assertThat(access.read(DISPLAY, VGA_SIZE / 2, 4)).isEqualTo(0xd9d9_d9d9L);
        assertThat(access.read(0, VGA_SIZE / 2, 4)).isEqualTo(0xd9d9_d9d9L);
        assertThat(access.read(0, 479L * 2560, 8)).isEqualTo(0xfefe_fefe_fefe_fefeL);
        assertThat(access.read(0, 480L * 2560, 8)).isZero();
    }

    @Test
    void whatIsDrawnInOneRegionIsSeenInTheOtherAndInAMapping() {
        access.write(0, 0x12344, 4, 0x00ff_8040);

        assertThat(access.read(DISPLAY, 0x12344, 4)).isEqualTo(0x00ff_8040);
        try (RegionFile file = device.regionFile(DISPLAY);
                Mapping mapping = file.map(device.regionInfo(DISPLAY).mappable().getFirst())) {
            assertThat(mapping.segment().get(ValueLayout.JAVA_INT, 0x12344)).isEqualTo(0x00ff_8040);
            mapping.segment().set(ValueLayout.JAVA_INT, 0x12344, 0x1234_5678);
        }
        assertThat(access.read(0, 0x12344, 4)).isEqualTo(0x1234_5678);
    }

    @Test
    void aResetDrawsTheGradientAgainAndForgetsTheBarsAddress() {
        access.write(0, VGA_SIZE / 2, 4, 0);
        access.config(0x10, 0xfe00_0000);

        device.reset();

        assertThat(access.read(0, VGA_SIZE / 2, 4)).isEqualTo(0xd9d9_d9d9L);
        assertThat(access.config(0x10)).isEqualTo(8);
    }

    @Test
    void thePlaneLiesInTheDisplayRegion() {
        assertThat(device.queryGfxPlane(GfxPlane.REGION))
                .isEqualTo(GfxPlane.primary(GfxPlane.XRGB8888, 640, 480, 2560, VGA_SIZE, DISPLAY));
        assertThat(device.queryGfxPlane(GfxPlane.PROBE | GfxPlane.REGION)).isEqualTo(GfxPlane.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, GfxPlane.PROBE, 2, 3, 6, 7, 8, 12, -1})
    void anyOtherPlaneQueryIsRefused(int flags) {
        assertErrno(Errno.EINVAL, () -> device.queryGfxPlane(flags));
    }

    @Test
    void itHasNoDmabufs() {
        assertErrno(Errno.ENOTTY, () -> device.gfxDmabuf(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void itHasNoInterrupts(int index) {
        assertThat(device.irqInfo(index)).isEqualTo(new IrqInfo(index, 0, 0));
        try (Eventfd eventfd = Eventfd.create()) {
            assertErrno(Errno.EINVAL, () -> device.setIrqs(IrqRequest.trigger(index, eventfd.fd())));
        }
        assertErrno(Errno.EINVAL, () -> device.setIrqs(IrqRequest.disable(index)));
        assertErrno(Errno.EINVAL, () -> device.irqInfo(5 + index));
    }
}
