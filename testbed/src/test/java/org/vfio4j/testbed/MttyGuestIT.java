/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Our mtty in QEMU, driven by the guest's stock serial driver. */
@Timeout(900)
class MttyGuestIT {
    @TempDir
    static Path folder;

    @AutoClose
    @SuppressWarnings("NullAway.Init") // boot() sets both before every test
    private static Served served;

    @AutoClose
    @SuppressWarnings("NullAway.Init")
    private static Qemu qemu;

    @BeforeAll
    static void boot() throws IOException, InterruptedException {
        served = Served.sample(folder, "mtty-2");
        qemu = Qemu.boot(folder, List.of(served.socket()));
    }

    @Test
    void theSerialDriverFindsBothPorts() throws Exception {
        assertThat(SerialPort.all(qemu.guest())).hasSize(2);
    }

    @Test
    void whatIsSentComesBackThroughInterrupts() throws Exception {
        for (SerialPort port : SerialPort.all(qemu.guest())) {
            int before = port.interrupts();

            assertThat(port.loop("the quick brown fox jumps over the lazy dog"))
                    .isEqualTo("the quick brown fox jumps over the lazy dog");

            assertThat(port.interrupts()).isGreaterThan(before);
        }
    }

    @Test
    void theInterruptIsUnmaskedAfterEveryOne() throws Exception {
        SerialPort port = SerialPort.all(qemu.guest()).getFirst();
        port.loop("x");

        assertThat(qemu.trace()).anyMatch(line -> line.startsWith("vfio_user_set_irqs") && line.contains("flags 0x11"));
    }
}
