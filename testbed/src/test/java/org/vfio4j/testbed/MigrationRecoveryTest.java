/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.migrate.Connector;
import org.vfio4j.management.migrate.Move;
import org.vfio4j.vfio.VfioException;

/** What a host makes of the journal that it finds at its start: the forms are those of docs/migration.md. */
@Timeout(300)
class MigrationRecoveryTest {
    private static final UUID NAME = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000000f4");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Connector NOWHERE = peer -> {
        throw new VfioException(Errno.EHOSTUNREACH, "no way to " + peer);
    };

    @TempDir
    private Path state;

    @BeforeEach
    void define() throws IOException {
        Path definitions = Files.createDirectories(state.resolve("mdevctl.d/mbochs"));
        Files.writeString(
                definitions.resolve(NAME.toString()),
                "{\"mdev_type\": \"mbochs-small\", \"start\": \"auto\", \"attrs\": []}");
    }

    private void journal(int order, String phase) throws IOException {
        journal(order, phase, Instant.now());
    }

    private void journal(int order, String phase, Instant since) throws IOException {
        Path folder = Files.createDirectories(state.resolve("migrations"));
        UUID id = new UUID(0x4000, Long.MIN_VALUE + order);
        Files.writeString(folder.resolve(id + ".json"), """
                {"schema": 1, "phase": "%s", "peer": "node8", "order": %d, "since": "%s",
                 "migrant": {"id": "%s", "device": "%s", "parent": "mbochs", "type": "mbochs-small"}}""".formatted(phase, order, since, id, NAME));
    }

    @ParameterizedTest
    @CsvSource({"sending, true", "handing, false", "moved, false", "taken, true", "gone, true"})
    void whatWasWrittenLastSaysWhetherTheDeviceIsHere(String phase, boolean isHere) throws IOException {
        journal(1, phase);

        try (MigratingHost host = new MigratingHost(state, NOWHERE)) {
            assertThat(host.has(NAME)).isEqualTo(isHere);
            assertThat(host.migrations().findings())
                    .extracting(Finding::id)
                    .allMatch(id -> id.startsWith("migration-"));
        }
    }

    @ParameterizedTest
    @CsvSource({"taken, moved, false", "moved, taken, true", "moved, sending, true", "taken, handing, false"})
    void theNewestMoveOfADeviceCounts(String first, String second, boolean isHere) throws IOException {
        journal(1, first);
        journal(2, second);

        try (MigratingHost host = new MigratingHost(state, NOWHERE)) {
            assertThat(host.has(NAME)).isEqualTo(isHere);
        }
    }

    @Test
    void aDoubtIsSettledByTheOtherHostOrByAnOperator() throws IOException {
        journal(1, "handing");
        try (MigratingHost other = new MigratingHost(state.resolve("other"), NOWHERE);
                MigratingHost host = new MigratingHost(state, peer -> {
                    CutLink link = link();
                    other.serve(link.destination());
                    return link.source();
                })) {
            await(() -> host.has(NAME) && host.migrations().moves().isEmpty());
        }
        assertThat(state.resolve("migrations")).isEmptyDirectory();

        journal(1, "handing");
        try (MigratingHost host = new MigratingHost(state, NOWHERE)) {
            assertThat(host.migrations().moves()).hasSize(1);
            host.migrations().decide(NAME, false);
            assertThat(host.has(NAME)).isTrue();
            assertThat(host.migrations().moves()).isEmpty();
        }
    }

    @Test
    void whereTheDestinationCannotBeToldTheMoveIsListedUntilAnOperatorEndsIt() throws IOException {
        journal(1, "moved");
        try (MigratingHost host = new MigratingHost(state, NOWHERE)) {
            await(() -> !host.migrations().moves().isEmpty());

            Move move = host.migrations().moves().getFirst();
            assertThat(move.phase()).isEqualTo(Move.Phase.MOVED);
            assertThat(MigratingHost.problem(move).what()).contains("cannot be told", "no way to node8");
            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(() -> host.migrations().decide(NAME, false))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
            host.migrations().decide(NAME, true);

            assertThat(host.migrations().moves()).isEmpty();
            assertThat(state.resolve("migrations")).isEmptyDirectory();
            assertThat(host.has(NAME)).isFalse();
        }
        try (MigratingHost again = new MigratingHost(state, NOWHERE)) {
            assertThat(again.has(NAME)).isFalse();
        }
    }

    @Test
    void aDestinationThatIsGoneForLongIsToldNoMore() throws IOException {
        journal(1, "moved", Instant.now().minus(Duration.ofDays(8)));
        try (MigratingHost host = new MigratingHost(state, NOWHERE)) {
            await(() -> isEmpty(state.resolve("migrations")));

            assertThat(host.migrations().moves()).isEmpty();
            assertThat(host.has(NAME)).isFalse();
        }
        try (MigratingHost again = new MigratingHost(state, NOWHERE)) {
            assertThat(again.has(NAME)).isFalse();
        }
    }

    @Test
    void aJournalThatCannotBeReadIsAFindingAndStays() throws IOException {
        Path file = Files.createDirectories(state.resolve("migrations")).resolve("odd.json");
        Files.writeString(file, "{\"schema\": 1");

        try (MigratingHost host = new MigratingHost(state, NOWHERE)) {
            assertThat(host.migrations().findings())
                    .extracting(Finding::id)
                    .containsExactly("migration-journal-unreadable");
            assertThat(host.has(NAME)).isTrue();
        }
        assertThat(file).exists();
    }

    private static CutLink link() {
        try {
            return new CutLink(Integer.MAX_VALUE, CutLink.How.LOST);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean isEmpty(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
