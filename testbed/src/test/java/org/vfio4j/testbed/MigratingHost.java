/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ByteChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.vfio4j.linux.Mapping;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.definition.Definitions;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.migrate.Connector;
import org.vfio4j.management.migrate.Destination;
import org.vfio4j.management.migrate.Migrations;
import org.vfio4j.management.migrate.Move;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.migration.StateSender;

/** A user-space host in this process whose devices move, with what it writes down below a folder. */
final class MigratingHost implements AutoCloseable {
    static final StateSender.Limits NO_LIMIT = new StateSender.Limits(0, 60_000, true);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final UserHost host = UserHost.installed(List.of());
    private final DefinedHost defined;
    private final Migrations migrations;

    MigratingHost(Path state, Connector connector) {
        Definitions definitions = new Definitions(state.resolve("mdevctl.d"));
        definitions.prepare();
        this.defined = new DefinedHost(host, definitions);
        this.migrations = Migrations.open(defined, state.resolve("migrations"), connector, "test", Clock.systemUTC());
    }

    UserHost host() {
        return host;
    }

    DefinedHost defined() {
        return defined;
    }

    Migrations migrations() {
        return migrations;
    }

    /** Serves the other end of a connection on a thread of its own. */
    Thread serve(ByteChannel connection) {
        return Thread.ofPlatform().daemon().name("destination").start(() -> migrations.serve(connection));
    }

    /** Moves a device and waits for the end. */
    Move move(UUID device, String to, StateSender.Limits limits) {
        return end(migrations.start(device, Destination.of(to), limits));
    }

    Move end(Move begun) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        UUID id = UUID.fromString(begun.id());
        Move move = begun;
        while (!move.phase().isEnd()) {
            assertThat(System.nanoTime()).as("%s", move).isLessThan(deadline);
            Thread.onSpinWait();
            move = migrations.move(id);
        }
        return move;
    }

    /** Why a move is not over, or failed. */
    static Move.Problem problem(Move move) {
        return Objects.requireNonNull(move.problem());
    }

    /** Whether the device is here, free, and runs. */
    boolean runs(UUID device) {
        return defined.active(device).filter(d -> !d.usage().isInUse()).isPresent()
                && with(device, d -> Feature.deviceState(d) == DeviceState.RUNNING);
    }

    boolean has(UUID device) {
        return defined.active(device).isPresent();
    }

    int word(UUID device, long offset) {
        return with(device, d -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment word = arena.allocate(ValueLayout.JAVA_INT);
                d.read(0, offset, word);
                return word.get(ValueLayout.JAVA_INT, 0);
            }
        });
    }

    void word(UUID device, long offset, int value) {
        with(device, d -> {
            try (Arena arena = Arena.ofConfined()) {
                return d.write(0, offset, arena.allocateFrom(ValueLayout.JAVA_INT, value));
            }
        });
    }

    /** The device's memory, as a guest has it mapped; the device is free. */
    Mapping map(UUID device) {
        return with(device, d -> {
            try (RegionFile file = d.regionFile(0)) {
                return file.map(d.regionInfo(0).mappable().getFirst());
            }
        });
    }

    private <T> T with(UUID device, java.util.function.Function<VfioDevice, T> action) {
        HostDevice found = defined.active(device).orElseThrow();
        try (VfioDevice open = host.open(found)) {
            return action.apply(open);
        }
    }

    @Override
    public void close() {
        migrations.close();
        host.close();
    }
}
