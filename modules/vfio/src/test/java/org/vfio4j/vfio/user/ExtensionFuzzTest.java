/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

class ExtensionFuzzTest {
    /** As {@link ServerFuzzTest}, of a client that knows this library's extension, to a device that has a display and migrates. */
    @FuzzTest(maxDuration = "60s")
    void aClientOfThisLibraryThatSendsAnything(byte[] bytes) throws InterruptedException {
        ShownDevice device = ShownDevice.create();
        try {
            ServerFuzzTest.serve(device, Capabilities.with(Offer.NONE).json(), bytes);
            assertThat(Memfds.open(ShownDevice.MEMORY_NAME)).isEqualTo(1);
        } finally {
            device.close();
        }
    }
}
