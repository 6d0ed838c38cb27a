/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.fleet.Hosts;
import org.vfio4j.fleet.inventory.Claim;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FolderInventory;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.management.snapshot.Snapshot;

/** What there is of each type, over all hosts. */
class CapacityTest {
    private static final UUID RESERVED = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000000aa");

    @TempDir
    private Path folder;

    private static Snapshot host(String name, int size, int made) {
        Random random = new Random(made);
        return Hosts.snapshot(
                name,
                "6.12.0",
                "11.1.0",
                List.of(Hosts.card("0000:10:00.0", "550.90.05", made == 0 ? 0 : size, made)),
                java.util.stream.IntStream.range(0, made)
                        .mapToObj(i -> Hosts.device(
                                "0000:10:00.0",
                                "nvidia-7" + String.format("%02d", size),
                                "550.90.05",
                                Hosts.uuid(random),
                                i == 0,
                                random))
                        .toList());
    }

    private static Capacity of(Fleet fleet, String type) {
        return Capacity.of(fleet).stream()
                .filter(c -> c.type().equals(type))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void devicesAreCountedAndWhatIsLeftIsSummedUp() {
        Fleet fleet = Fleet.of(List.of(host("node1", 4, 2), host("node2", 4, 6), host("node3", 4, 0)));

        Capacity four = of(fleet, "nvidia-704");

        assertThat(four.nameOrNull()).isEqualTo("NVIDIA L4-4Q");
        assertThat(four.made()).isEqualTo(8);
        assertThat(four.inUse()).isEqualTo(2);
        assertThat(four.left()).isEqualTo(4 + 0 + 6);
        assertThat(four.hosts()).isEqualTo(3);
        assertThat(four.hostsWithRoom()).isEqualTo(2);
        assertThat(of(fleet, "nvidia-724").left()).isEqualTo(1);
    }

    @Test
    void whatIsReservedIsNotLeft() throws Exception {
        Files.writeString(
                folder.resolve("node1.json"), Json.snapshot(host("node1", 4, 0)).toString());
        try (FolderInventory inventory = new FolderInventory(folder, Clock.systemUTC())) {
            inventory.reserve(
                    Claim.instance(RESERVED, "node1", "0000:10:00.0", "nvidia-704", "test", Duration.ofMinutes(5)));

            Capacity four = of(inventory.read(), "nvidia-704");

            assertThat(four.reserved()).isEqualTo(1);
            assertThat(four.left()).isEqualTo(5);
        }
    }

    @Test
    void aDeviceWhoseParentIsGoneIsCountedAndNoHostsNumbersAreTakenAtTheirWord() {
        Snapshot gone = Hosts.snapshot(
                "node1", "6.12.0", null, List.of(), host("x", 4, 1).probes());
        MdevParent much = new MdevParent(
                "p",
                List.of(
                        new MdevParent.Type("t", null, null, Integer.MAX_VALUE, null),
                        new MdevParent.Type("u", null, null, -5, null)));
        Fleet fleet = Fleet.of(List.of(
                gone,
                Hosts.snapshot("node2", "6.12.0", null, List.of(much, much), List.of()),
                Hosts.snapshot("node3", "6.12.0", null, List.of(much), List.of())));

        assertThat(of(fleet, "nvidia-704").made()).isEqualTo(1);
        assertThat(of(fleet, "nvidia-704").hosts()).isEqualTo(1);
        assertThat(of(fleet, "t").left()).isEqualTo(2L * Integer.MAX_VALUE);
        assertThat(of(fleet, "u").left()).isZero();
    }
}
