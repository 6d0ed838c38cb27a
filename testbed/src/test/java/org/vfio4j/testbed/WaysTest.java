/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.profile.ProfileDriver;
import org.vfio4j.management.profile.ProfileReader;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevDriver;

/** What a device is said to be able to do does not depend on how it is asked. */
class WaysTest {
    private static final Path PROFILES = Path.of("../profiles");

    private static UserHost host() throws IOException {
        List<MdevDriver> drivers = new ArrayList<>(MdevCore.onRequest());
        try (DirectoryStream<Path> profiles = Files.newDirectoryStream(PROFILES, "*.json")) {
            for (Path profile : profiles) {
                drivers.addAll(ProfileDriver.of(ProfileReader.read(Files.readAllBytes(profile))));
            }
        }
        return UserHost.installed(drivers);
    }

    @Test
    void noTwoWaysContradictEachOtherOnAnyDeviceThatIsShipped() throws IOException {
        try (UserHost host = host()) {
            List<HostDevice> physical = host.inventory().devices();
            physical.forEach(device -> assertAgreement(host, device));
            int types = 0;
            for (MdevParent parent : host.types().parents()) {
                for (MdevParent.Type type : parent.types()) {
                    UUID uuid = UUID.randomUUID();
                    assertAgreement(host, host.start(parent.name(), type.id(), uuid));
                    host.stop(uuid, Duration.ofSeconds(60));
                    types++;
                }
            }
            assertThat(physical).hasSize(2);
            assertThat(types).isGreaterThan(20);
        }
    }

    private static void assertAgreement(UserHost host, HostDevice device) {
        TreeMap<Question, TreeSet<String>> told = new TreeMap<>();
        for (Comparison.Row row : Comparison.of(host, device, true).rows()) {
            row.learned().forEach((question, answer) -> {
                if (!(answer instanceof Answer.Unknown)) {
                    told.computeIfAbsent(question, _ -> new TreeSet<>()).add(answer.word());
                }
            });
        }
        assertThat(told).as(device.toString()).containsKeys(Question.DISPLAY_REGION, Question.MIGRATION);
        assertThat(told.values())
                .as(device + ": " + told)
                .allSatisfy(words -> assertThat(words).hasSize(1));
    }
}
