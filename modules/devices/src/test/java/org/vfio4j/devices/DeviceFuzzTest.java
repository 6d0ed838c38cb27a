/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever a guest and a device's user do, a device answers or refuses with an error number. */
class DeviceFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void mdpy(byte[] script) {
        Fuzzer.run(MdpyDevice.create(MdpyDevice.Model.VGA, () -> {}), script);
    }

    @FuzzTest(maxDuration = "1m")
    void mbochs(byte[] script) {
        Fuzzer.run(MbochsDevice.create(MbochsDevice.Model.SMALL, () -> {}), script);
    }

    @FuzzTest(maxDuration = "1m")
    void mtty(byte[] script) {
        Fuzzer.run(new MttyDevice(MttyDevice.Model.DUAL, () -> {}), script);
    }

    /** The same without a fuzzer, so that every build tries something. */
    @Test
    void scriptsByChance() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            byte[] script = new byte[random.nextInt(1_000)];
            random.nextBytes(script);
            assertThat(Stream.<Runnable>of(() -> mdpy(script), () -> mbochs(script), () -> mtty(script)))
                    .as("seed %d, script %d", seed, i)
                    .allSatisfy(Runnable::run);
        }
    }
}
