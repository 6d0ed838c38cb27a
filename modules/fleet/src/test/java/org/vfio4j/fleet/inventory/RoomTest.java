/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.vfio4j.fleet.Hosts;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.snapshot.Snapshot;

class RoomTest {
    private static final String CARD = "0000:10:00.0";
    private static final UUID ID = UUID.fromString("1f0f2d6a-0000-4000-8000-000000000001");

    private static Snapshot host(String driver, int size, int made) {
        MdevParent card = Hosts.card(CARD, "580.65.05", size, made);
        MdevParent named = new MdevParent(CARD, driver, "580.65.05", card.types());
        return Hosts.snapshot("node1", "6.12.0", null, List.of(named), List.of());
    }

    private static Reservation reservation(UUID id, String type) {
        return new Reservation(id, "node1", CARD, type, null, "nova", Instant.MAX);
    }

    private static int left(Snapshot host, String type) {
        return Card.of(host.inventory().parents().getFirst(), List.of())
                .left(type)
                .orElseThrow();
    }

    @Test
    void whatIsReservedIsGoneForAllTypesThatShareTheCard() {
        Snapshot left = Room.after(host("mbochs", 0, 0), List.of(reservation(ID, "nvidia-712")));

        assertThat(left(left, "nvidia-712")).isEqualTo(1);
        assertThat(left(left, "nvidia-724")).isZero();
        assertThat(left(left, "nvidia-701")).isEqualTo(12);
    }

    @Test
    void aCardThatTakesOneTypeAtATimeIsTheReservedTypesAlone() {
        Snapshot left = Room.after(host("nvidia", 0, 0), List.of(reservation(ID, "nvidia-704")));

        assertThat(left(left, "nvidia-704")).isEqualTo(5);
        assertThat(left(left, "nvidia-701")).isZero();
    }

    @Test
    void aReservationWhoseDeviceIsThereCountsNoMore() {
        Snapshot host = host("mbochs", 0, 0);
        Snapshot made = Room.with(
                host,
                host.inventory().parents(),
                List.of(Hosts.device(CARD, "nvidia-712", "580.65.05", ID, false, new Random(1))));

        assertThat(Room.after(made, List.of(reservation(ID, "nvidia-712")))).isSameAs(made);
    }

    @Test
    void theLastInstanceIsGrantedOnce() {
        Snapshot host = host("nvidia", 12, 1);
        Claim claim = Claim.instance(ID, "node1", CARD, "nvidia-712", "nova", Duration.ofMinutes(1));
        Claim other = Claim.instance(UUID.randomUUID(), "node1", CARD, "nvidia-712", "heat", Duration.ofMinutes(1));

        assertThat(Room.refusal(host, List.of(), claim)).isEmpty();
        assertThat(Room.refusal(host, List.of(reservation(ID, "nvidia-712")), other))
                .hasValueSatisfying(e -> {
                    assertThat(e.errno()).isEqualTo(Errno.ENOSPC);
                    assertThat(e).hasMessageContaining("reserved by nova");
                });
        assertThat(Room.refusal(host, List.of(reservation(ID, "nvidia-712")), claim))
                .hasValueSatisfying(e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
        assertThat(Room.refusal(null, List.of(), claim))
                .hasValueSatisfying(e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
    }
}
