/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import org.vfio4j.fleet.inventory.FleetInventory.Publication;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.management.snapshot.Snapshot;
import tools.jackson.databind.json.JsonMapper;

/** A host that publishes itself in a folder. */
final class FolderPublication implements Publication {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final FolderInventory inventory;
    private final String host;
    private final Duration ttl;

    FolderPublication(FolderInventory inventory, String host, Duration ttl) {
        this.inventory = inventory;
        this.host = host;
        this.ttl = ttl;
    }

    /** The lease is renewed first: a snapshot without one would stay for ever. */
    @Override
    public void update(Snapshot snapshot) {
        byte[] json = MAPPER.writeValueAsBytes(Json.snapshot(snapshot));
        inventory.inTurn(() -> {
            writeLease();
            inventory.write(inventory.snapshot(host), json);
            for (Reservation reservation : inventory.host(host).reservations()) {
                boolean isFulfilled = snapshot.inventory().devices().stream()
                        .anyMatch(d -> d.name().equals(reservation.id().toString()));
                if (isFulfilled) {
                    inventory.delete(inventory.claimed(host, reservation.id()));
                }
            }
            return true;
        });
    }

    @Override
    public boolean renew() {
        return inventory.inTurn(() -> {
            writeLease();
            return Files.exists(inventory.snapshot(host));
        });
    }

    @Override
    public void close() {
        inventory.inTurn(() -> {
            inventory.delete(inventory.snapshot(host));
            inventory.delete(inventory.lease(host));
            return true;
        });
    }

    private void writeLease() {
        inventory.write(inventory.lease(host), (ttl.toMillis() + "\n").getBytes(StandardCharsets.US_ASCII));
    }
}
