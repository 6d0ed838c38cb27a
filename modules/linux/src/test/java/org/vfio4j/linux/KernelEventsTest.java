/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KernelEventsTest {
    /** Of nobody else on this machine. */
    private static final String SUBSYSTEM =
            "vfio4j-test-" + ProcessHandle.current().pid();

    @Test
    void onlyTheSubsystemsThatCountAreHeard() throws IOException {
        assumeTrue((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "only root may send");
        try (KernelEvents events = KernelEvents.open(Set.of(SUBSYSTEM), UdevEvents.UDEV_GROUP);
                UdevEvents udev = UdevEvents.open(InstantSource.fixed(Instant.EPOCH))) {
            udev.send("add", "/devices/virtual/a", "vfio4j-other", Map.of());
            assertThat(events.await(Duration.ZERO)).isFalse();

            udev.send("add", "/devices/virtual/b", SUBSYSTEM, Map.of());
            udev.send("add", "/devices/virtual/c", "vfio4j-other", Map.of());
            assertThat(events.await(Duration.ofSeconds(30))).isTrue();
            assertThat(events.await(Duration.ZERO)).isFalse();
        }
    }

    @Test
    void theKernelsOwnMessagesCanBeListenedTo() {
        try (KernelEvents events = KernelEvents.open(Set.of(SUBSYSTEM))) {
            assertThat(events.await(Duration.ofMillis(1))).isFalse();
        }
    }
}
