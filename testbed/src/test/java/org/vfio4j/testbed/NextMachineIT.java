/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.management.control.DeviceSockets;
import org.vfio4j.management.host.UserHost;

/** What becomes of a device of {@code vfio serve} when one virtual machine is gone and another gets it. */
@Timeout(900)
class NextMachineIT {
    private static final UUID NAME = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000000ab");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The resolution's registers of the Bochs display in BAR 2. */
    private static final int REGISTERS = 2;

    private static final int WIDTH = 0x502;
    private static final int SIZE = 1 << 20;

    @TempDir
    Path folder;

    /** QEMU resets what says that it can be reset, which mbochs does not, and no server does it in its stead: a migration plugs it elsewhere. */
    @Test
    void theNextFindsTheDeviceAsItWasLeftAndANewOneIsNew() throws Exception {
        byte[] picture = new byte[SIZE];
        new Random(1).nextBytes(picture);
        try (UserHost host = UserHost.installed(List.of())) {
            host.start("mbochs", "mbochs-small", NAME);
            try (DeviceSockets sockets = DeviceSockets.open(host, folder.resolve("devices"), false)) {
                Path socket = sockets.socket(NAME.toString()).orElseThrow();
                try (Qtest first = Qtest.start(folder, List.of(socket))) {
                    PciFunction function = first.function(0).enable();
                    first.bytes(function.bar(0), picture);
                    first.write(function.bar(REGISTERS) + WIDTH, 2, 800);
                }
                try (Qtest second = Qtest.start(folder, List.of(socket))) {
                    PciFunction function = second.function(0).enable();
                    assertThat(second.bytes(function.bar(0), SIZE)).isEqualTo(picture);
                    assertThat(second.read(function.bar(REGISTERS) + WIDTH, 2)).isEqualTo(800);
                }

                host.stop(NAME, PATIENCE);
                host.start("mbochs", "mbochs-small", NAME);

                try (Qtest third = Qtest.start(folder, List.of(socket))) {
                    PciFunction function = third.function(0).enable();
                    assertThat(third.bytes(function.bar(0), SIZE)).containsOnly(0);
                    assertThat(third.read(function.bar(REGISTERS) + WIDTH, 2)).isZero();
                }
            }
        }
    }
}
