/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.guest;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/** Whatever a guest sends, it is read or refused; nothing of it hangs, and no version comes out that is none. */
class GuestAgentFuzzTest {
    /** Every synchronization has the id 0, so that inputs get past it. */
    private static final RandomGenerator ZERO = () -> 0;

    @FuzzTest
    void answer(byte[] bytes) {
        GuestReport report;
        try {
            report = GuestAnswer.read(bytes);
        } catch (GuestException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return;
        }
        check(report);
    }

    @FuzzTest
    void stream(byte[] bytes) {
        byte[] past = "\u00ff{\"return\": 0}\n".getBytes(StandardCharsets.ISO_8859_1);
        check(GuestAgent.devices(new Replay(bytes), ZERO));
        check(GuestAgent.devices(new Replay(past, bytes), ZERO));
    }

    private static void check(GuestReport report) {
        switch (report) {
            case GuestReport.Silent silent -> {
                assertThat(silent.because()).isNotEmpty().hasSizeLessThan(400);
                assertThat(silent.remedy()).isNotEmpty();
            }
            case GuestReport.Devices devices ->
                assertThat(devices.devices()).allSatisfy(device -> {
                    assertThat(device.driverVersion()).isNotBlank().hasSizeLessThanOrEqualTo(64);
                    assertThat(device.pciId()).matches("[0-9a-f]{4}:[0-9a-f]{4}");
                });
        }
    }

    /** What is written goes nowhere; what is read was there before. */
    private static final class Replay implements ByteChannel {
        private final ByteBuffer left;

        Replay(byte[]... parts) {
            int size = 0;
            for (byte[] part : parts) {
                size += part.length;
            }
            left = ByteBuffer.allocate(size);
            for (byte[] part : parts) {
                left.put(part);
            }
            left.flip();
        }

        @Override
        public int read(ByteBuffer into) {
            if (!left.hasRemaining()) {
                return -1;
            }
            int count = Math.min(Math.min(left.remaining(), into.remaining()), 7);
            into.put(left.slice(left.position(), count));
            left.position(left.position() + count);
            return count;
        }

        @Override
        public int write(ByteBuffer from) {
            int count = from.remaining();
            from.position(from.limit());
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
