/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/** Whatever comes in as a saved display is refused with an error number and changes nothing, or makes a device that works. */
class DisplayStreamFuzzTest {
    private static final int HEADER = 64;
    private static final int RECORD = 24;
    private static final int CRC_AT = 20;

    @FuzzTest(maxDuration = "1m")
    void aSavedState(byte[] stream) {
        try (VfioDevice device = small()) {
            load(device, stream);
        }
    }

    /** Records behind a good header, each with the checksum it should have: what is checked beyond that is met too. */
    @FuzzTest(maxDuration = "1m")
    void recordsBehindAGoodHeader(byte[] records) {
        try (VfioDevice device = small()) {
            byte[] stream = header(device);
            CRC32C crc = new CRC32C();
            crc.update(stream, 0, HEADER - 4);
            byte[] whole = Arrays.copyOf(stream, HEADER + records.length);
            System.arraycopy(records, 0, whole, HEADER, records.length);
            ByteBuffer all = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = HEADER; at + RECORD <= whole.length; ) {
                int payload = all.getInt(at) == 2 ? 0 : all.getInt(at + 4);
                if (payload < 0 || payload > whole.length - at - RECORD) {
                    break;
                }
                crc.update(whole, at, CRC_AT);
                crc.update(whole, at + RECORD, payload);
                all.putInt(at + CRC_AT, (int) crc.getValue());
                at += RECORD + payload;
            }
            load(device, whole);
        }
    }

    @FuzzTest(maxDuration = "1m")
    void theRegistersOfAnMbochs(byte[] registers) {
        try {
            assertThat(MbochsState.read(registers).bytes()).isEqualTo(registers);
        } catch (VfioException e) {
            assertThat(e.errno()).isEqualTo(Errno.EINVAL);
        }
    }

    private static void load(VfioDevice device, byte[] bytes) {
        try (Arena arena = Arena.ofConfined();
                MigrationStream stream =
                        device.setDeviceState(DeviceState.RESUMING).orElseThrow()) {
            MemorySegment word = arena.allocate(4);
            word.set(ValueLayout.JAVA_INT, 0, 0x5eed);
            device.write(0, 4096, word);
            try {
                stream.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
                device.setDeviceState(DeviceState.RUNNING);
            } catch (ErrnoException e) {
                assertThat(e.errno()).isIn(Errno.EINVAL, Errno.EFAULT, Errno.ENOMEM);
                device.read(0, 4096, word);
                assertThat(word.get(ValueLayout.JAVA_INT, 0)).isEqualTo(0x5eed);
                device.reset();
            }
            device.queryGfxPlane(2);
            assertThat(device.read(2, 0x500, word)).isEqualTo(4);
        }
    }

    private static byte[] header(VfioDevice device) {
        try (Arena arena = Arena.ofConfined();
                MigrationStream stream =
                        device.setDeviceState(DeviceState.STOP_COPY).orElseThrow()) {
            MemorySegment header = arena.allocate(HEADER);
            assertThat(stream.read(header)).isEqualTo(HEADER);
            device.setDeviceState(DeviceState.RUNNING);
            return header.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static VfioDevice small() {
        return MbochsDevice.create(MbochsDevice.Model.SMALL, () -> {});
    }
}
