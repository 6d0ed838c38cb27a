/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.MigrationStream;

/** Whatever comes in as a saved mtty is refused with an error number or makes a device that works. */
class MttyStreamFuzzTest {
    private static final int PORTS = 2;

    @FuzzTest(maxDuration = "1m")
    void aSavedState(byte[] stream) {
        restore(stream);
    }

    @FuzzTest(maxDuration = "1m")
    void thePortsBehindAGoodHeader(byte[] ports) {
        byte[] stream = MttyState.header(PORTS);
        byte[] whole = Arrays.copyOf(stream, stream.length + ports.length);
        System.arraycopy(ports, 0, whole, stream.length, ports.length);
        restore(whole);
    }

    /** The same without a fuzzer: a good stream with some bytes of chance in it. */
    @Test
    void savedStatesByChance() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            byte[] ports = new byte[PORTS * UartState.SIZE];
            for (int port = 0; port < PORTS; port++) {
                ports[port * UartState.SIZE + 33] = 16;
            }
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                ports[random.nextInt(ports.length)] = (byte) random.nextInt(20);
            }
            assertThat(ports).as("seed %d, stream %d", seed, i).satisfies(this::thePortsBehindAGoodHeader);
        }
    }

    private static void restore(byte[] bytes) {
        try (Arena arena = Arena.ofConfined();
                MttyDevice device = new MttyDevice(MttyDevice.Model.DUAL, () -> {});
                MigrationStream stream =
                        device.setDeviceState(DeviceState.RESUMING).orElseThrow()) {
            boolean loaded = load(device, stream, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
            assertThat(loaded).isEqualTo(isValid(bytes));
            for (int i = 0; i < 40; i++) {
                MemorySegment all = arena.allocate(8);
                device.read(i % PORTS, 0, all);
                device.write(i % PORTS, i % 8, all.fill((byte) i));
            }
        }
    }

    private static boolean load(MttyDevice device, MigrationStream stream, MemorySegment bytes) {
        try {
            stream.write(bytes);
            device.setDeviceState(DeviceState.RUNNING);
            return true;
        } catch (ErrnoException refused) {
            return false;
        }
    }

    private static boolean isValid(byte[] bytes) {
        try {
            return !MttyState.read(bytes, PORTS).ports().isEmpty();
        } catch (ErrnoException refused) {
            return false;
        }
    }
}
