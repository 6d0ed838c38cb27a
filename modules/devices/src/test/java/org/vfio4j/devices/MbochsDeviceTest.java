/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.devices.Access.assertErrno;

import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Mapping;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionInfo;

/** The kernel's answers are those of its own mbochs in a VM, without the bugs of its sample. */
class MbochsDeviceTest {
    private static final int BAR2 = RegionInfo.PCI_BAR2;
    private static final int EDID = 9;
    private static final int EDID_SIZE = 8;
    private static final int LINK_STATE = 20;
    private static final int BLOB = 0x800;
    private static final int UP = 1;
    private static final int DOWN = 2;

    /** Indexes of the display registers. */
    private static final int XRES = 1;

    private static final int YRES = 2;
    private static final int BPP = 3;
    private static final int ENABLE = 4;
    private static final int VIRTUAL_WIDTH = 6;
    private static final int X_OFFSET = 8;
    private static final int Y_OFFSET = 9;

    private final MbochsDevice device = medium();
    private final Access access = new Access(device);

    @AfterEach
    void close() {
        access.close();
    }

    private static MbochsDevice medium() {
        return MbochsDevice.create(MbochsDevice.Model.MEDIUM, () -> {});
    }

    @Test
    void itTellsOfItselfWhatTheKernelsDoes() {
        assertThat(device.info()).isEqualTo(new DeviceInfo(DeviceInfo.PCI, 10, 5));
        assertThat(device.regionInfo(0)).isEqualTo(new RegionInfo(0, 7, 16 << 20));
        assertThat(device.regionInfo(1)).isEqualTo(new RegionInfo(1, 0, 0));
        assertThat(device.regionInfo(BAR2)).isEqualTo(new RegionInfo(BAR2, 3, 0x1000));
        assertThat(device.regionInfo(RegionInfo.PCI_CONFIG)).isEqualTo(new RegionInfo(RegionInfo.PCI_CONFIG, 3, 256));
        assertThat(device.regionInfo(EDID))
                .isEqualTo(new RegionInfo(EDID, 0xb, 0x1000, List.of(new RegionCapability.Type(1, 1))));
        assertErrno(Errno.EINVAL, () -> device.regionInfo(10));
        assertErrno(Errno.EINVAL, () -> device.regionInfo(16));
    }

    @ParameterizedTest
    @CsvSource({"SMALL, 4", "MEDIUM, 16", "LARGE, 64"})
    void theConfigurationSpaceIsOneThatBochsDrmTakes(MbochsDevice.Model model, int megabytes) {
        try (Access guest = new Access(MbochsDevice.create(model, () -> {}))) {
            assertThat(guest.config(0x00)).isEqualTo(0x1111_1234);
            assertThat(guest.config(0x04)).isEqualTo(0x0000_0003);
            assertThat(guest.config(0x08)).isEqualTo(0x0380_0001);
            assertThat(guest.config(0x2c)).isEqualTo(0x1100_1af4);
            assertThat(guest.config(0x34)).isZero();
            assertThat(guest.config(0x3c)).isZero();
            assertThat(guest.read(BAR2, 0x514, 2)).isEqualTo(megabytes * 16L);

            guest.config(0x10, -1);
            guest.config(0x18, -1);
            assertThat(guest.config(0x10)).isEqualTo(-(megabytes << 20) | 8);
            assertThat(guest.config(0x18)).isEqualTo(0xffff_f000);
        }
    }

    @Test
    void theGuestFindsTheInterfaceAndCannotChangeIt() {
        dispi(0, 0);
        dispi(10, 0);

        assertThat(access.read(BAR2, 0x500, 2)).isEqualTo(0xb0c5);
        assertThat(access.read(BAR2, 0x514, 2)).isEqualTo(256);
    }

    @Test
    void displayRegistersTakeTwoByteAccessesOnly() {
        dispi(XRES, 1024);

        access.write(BAR2, 0x502, 1, 0xff);
        access.write(BAR2, 0x500, 4, 0xffff_ffffL);
        access.write(BAR2, 0x500, 8, -1L);

        assertThat(access.read(BAR2, 0x502, 2)).isEqualTo(1024);
        assertThat(access.read(BAR2, 0x502, 1)).isZero();
        assertThat(access.read(BAR2, 0x500, 4)).isZero();
        assertThat(access.read(BAR2, 0x501, 2)).isZero();
    }

    @Test
    void theVgaPortsAndTheExtendedRegistersAreNotThere() {
        for (int offset : new int[] {0x400, 0x402, 0x41a, 0x516, 0x600, 0x604, 0xffc}) {
            access.write(BAR2, offset, 4, -1L);
            assertThat(access.read(BAR2, offset, 4)).as("0x%x", offset).isZero();
        }
    }

    @Test
    void theDriversModeSetMakesAPlane() {
        access.write(BAR2, 0x402, 1, 1);
        access.read(BAR2, 0x41a, 1);
        access.write(BAR2, 0x400, 1, 0x20);
        dispi(ENABLE, 0);
        dispi(BPP, 32);
        dispi(XRES, 1280);
        dispi(YRES, 800);
        dispi(5, 0);
        dispi(VIRTUAL_WIDTH, 1280);
        dispi(7, 0xccc);
        dispi(X_OFFSET, 0);
        dispi(Y_OFFSET, 0);
        assertThat(plane()).isEqualTo(GfxPlane.NONE);
        dispi(ENABLE, 0x41);
        dispi(VIRTUAL_WIDTH, 1280);
        dispi(X_OFFSET, 0);
        dispi(Y_OFFSET, 0);
        access.write(BAR2, 0x604, 4, 0x1e1e_1e1eL);

        assertThat(plane()).isEqualTo(GfxPlane.primary(GfxPlane.XRGB8888, 1280, 800, 5120, 5120 * 800, 1));
    }

    @Test
    void aModeHasItsPlaneAtTheFirstQueryAndKeepsItsId() {
        show(640, 480);
        assertThat(plane()).isEqualTo(GfxPlane.primary(GfxPlane.XRGB8888, 640, 480, 2560, 1228800, 1));
        show(800, 600);
        assertThat(plane().id()).isEqualTo(2);
        show(640, 480);
        assertThat(plane().id()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "0,    640,  480,   32, 0,     0, 0",
        "0x40, 640,  480,   32, 0,     0, 0",
        "1,    640,  480,   16, 0,     0, 0",
        "1,    640,  480,   0,  0,     0, 0",
        "1,    63,   480,   32, 0,     0, 0",
        "1,    640,  63,    32, 0,     0, 0",
        "1,    65535, 65535, 32, 65535, 65535, 65535",
        "1,    2048, 2049,  32, 0,     0, 0",
        "1,    2048, 2048,  32, 2049,  0, 0",
        "1,    2048, 2048,  32, 0,     1, 0",
        "1,    2048, 2048,  32, 0,     0, 1"
    })
    void registersThatMakeNoPictureShowNone(int enable, int x, int y, int bpp, int virtual, int left, int top) {
        registers(enable, x, y, bpp, virtual, left, top);

        assertThat(plane()).isEqualTo(GfxPlane.NONE);
    }

    @Test
    void aPictureMayFillTheMemoryToItsLastByte() {
        registers(1, 2048, 2048, 32, 0, 0, 0);

        assertThat(plane().size()).isEqualTo(16 << 20);
    }

    @Test
    void theDmabufIsTheVideoMemoryFromThePlaneOn() {
        registers(1, 1024, 768, 32, 1024, 0, 768);
        GfxPlane plane = plane();
        access.write(0, 768L * 4096 + 8, 4, 0x00c0_ffee);

        try (Dmabuf dmabuf = device.gfxDmabuf(plane.id())) {
            assertThat(dmabuf.offset()).isEqualTo(768L * 4096);
            try (Mapping mapping = Mapping.readWrite(dmabuf.fd(), dmabuf.offset(), plane.size())) {
                assertThat(mapping.segment().get(ValueLayout.JAVA_INT, 8)).isEqualTo(0x00c0_ffee);
                mapping.segment().set(ValueLayout.JAVA_INT, 8, 5);
            }
        }
        assertThat(access.read(0, 768L * 4096 + 8, 4)).isEqualTo(5);
    }

    @Test
    void aPlaneThatDoesNotStartWithAPageIsShownButNotHandedOut() {
        registers(1, 640, 480, 32, 0, 0, 1);
        int id = plane().id();

        assertErrno(Errno.EINVAL, () -> device.gfxDmabuf(id));
    }

    @Test
    void onlyPlanesThatWereQueriedLatelyAreHandedOut() {
        assertErrno(Errno.ENOENT, () -> device.gfxDmabuf(0));
        assertErrno(Errno.ENOENT, () -> device.gfxDmabuf(1));
        for (int page = 0; page < 17; page++) {
            registers(1, 1024, 64, 32, 0, 0, page * 64);
            assertThat(plane().id()).isEqualTo(page + 1);
        }

        assertErrno(Errno.ENOENT, () -> device.gfxDmabuf(1));
        device.gfxDmabuf(2).close();
        device.gfxDmabuf(17).close();
        assertErrno(Errno.ENOENT, () -> device.gfxDmabuf(18));
    }

    @Test
    void queriesAskForADmabuf() {
        assertThat(device.queryGfxPlane(GfxPlane.PROBE | GfxPlane.DMABUF)).isEqualTo(GfxPlane.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, GfxPlane.PROBE, 4, 5, 6, 7, 10, -1})
    void anyOtherPlaneQueryIsRefused(int flags) {
        assertErrno(Errno.EINVAL, () -> device.queryGfxPlane(flags));
    }

    @ParameterizedTest
    @CsvSource({"SMALL, 800, 600", "MEDIUM, 1920, 1440", "LARGE, 0, 0"})
    void theEdidRegionTellsItsLimits(MbochsDevice.Model model, int width, int height) {
        try (Access user = new Access(MbochsDevice.create(model, () -> {}))) {
            assertThat(user.bytes(EDID, 0, 24)).isEqualTo(littleEndian(0x800, 0x400, 0, width, height, 0));
        }
    }

    @Test
    void theUserSetsSizeAndLinkAndNothingElse() {
        for (int offset = 0; offset < 24; offset += 4) {
            access.write(EDID, offset, 4, 7);
        }
        access.write(EDID, LINK_STATE, 2, 1);
        access.write(EDID, EDID_SIZE + 1, 1, 1);

        assertThat(access.bytes(EDID, 0, 24)).isEqualTo(littleEndian(0x800, 0x400, 7, 1920, 1440, 7));
    }

    @Test
    void theGuestSeesTheEdidWhileTheLinkIsUp() {
        byte[] blob = new byte[256];
        for (int i = 0; i < blob.length; i++) {
            blob[i] = (byte) (i + 1);
        }
        access.write(EDID, LINK_STATE, 4, DOWN);
        access.write(EDID, BLOB, blob);
        access.write(EDID, EDID_SIZE, 4, 128);
        assertThat(access.bytes(BAR2, 0, 256)).containsOnly(0);

        access.write(EDID, LINK_STATE, 4, UP);
        assertThat(access.bytes(BAR2, 0, 128)).isEqualTo(access.bytes(EDID, BLOB, 128));
        assertThat(access.read(BAR2, 126, 2)).isEqualTo(0x807f);
        assertThat(access.bytes(BAR2, 128, 0x400 - 128)).containsOnly(0);
        access.write(BAR2, 0, 4, 0);
        assertThat(access.read(BAR2, 0, 4)).isEqualTo(0x0403_0201);

        access.write(EDID, LINK_STATE, 4, DOWN);
        assertThat(access.bytes(BAR2, 0, 256)).containsOnly(0);
    }

    @Test
    void aSizeBeyondTheBlobShowsNoMoreThanTheBlob() {
        access.write(EDID, EDID_SIZE, 4, 0xffff_ffffL);
        access.write(EDID, LINK_STATE, 4, UP);
        access.write(EDID, BLOB + 0x3ff, 1, 0x5a);
        access.write(EDID, BLOB + 0x400, 1, 0x5a);

        assertThat(access.read(BAR2, 0x3fc, 8)).isEqualTo(0x5a00_0000L);
        assertThat(access.read(EDID, BLOB + 0x400, 4)).isZero();
    }

    @Test
    void aResetTurnsTheDisplayOffAndLeavesTheMonitorPluggedIn() {
        show(640, 480);
        access.write(EDID, EDID_SIZE, 4, 128);
        access.write(EDID, BLOB, 1, 0x77);
        access.write(EDID, LINK_STATE, 4, UP);

        device.reset();

        assertThat(plane()).isEqualTo(GfxPlane.NONE);
        for (int index = XRES; index <= Y_OFFSET; index++) {
            assertThat(access.read(BAR2, 0x500 + 2 * index, 2)).isZero();
        }
        assertThat(access.read(BAR2, 0, 1)).isEqualTo(0x77);
    }

    @Test
    void itHasNoInterrupts() {
        for (int index = 0; index < 5; index++) {
            int irq = index;
            assertThat(device.irqInfo(irq)).isEqualTo(new IrqInfo(irq, 0, 0));
            assertErrno(Errno.EINVAL, () -> device.setIrqs(IrqRequest.disable(irq)));
        }
    }

    private void show(int width, int height) {
        registers(0x41, width, height, 32, width, 0, 0);
    }

    private void registers(int enable, int width, int height, int bpp, int virtual, int left, int top) {
        dispi(ENABLE, enable);
        dispi(XRES, width);
        dispi(YRES, height);
        dispi(BPP, bpp);
        dispi(VIRTUAL_WIDTH, virtual);
        dispi(X_OFFSET, left);
        dispi(Y_OFFSET, top);
    }

    private void dispi(int index, int value) {
        access.write(BAR2, 0x500 + 2 * index, 2, value);
    }

    private GfxPlane plane() {
        return device.queryGfxPlane(GfxPlane.DMABUF);
    }

    private static byte[] littleEndian(int... words) {
        byte[] bytes = new byte[words.length * 4];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (words[i / 4] >>> (i % 4 * 8));
        }
        return bytes;
    }
}
