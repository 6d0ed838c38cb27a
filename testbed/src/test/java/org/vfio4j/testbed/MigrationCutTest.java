/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Mapping;
import org.vfio4j.management.definition.Definition;
import org.vfio4j.management.migrate.Connector;
import org.vfio4j.management.migrate.Destination;
import org.vfio4j.management.migrate.Move;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.migration.StateSender;

/** Whatever message a move breaks at, one of the two hosts has the device afterwards, with all that it held. */
@Timeout(300)
class MigrationCutTest {
    private static final UUID NAME = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000000f1");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MARK = 0x5eed1234;
    private static final int AT = 4096 * 17 + 8;
    private static final int NEVER = Integer.MAX_VALUE;

    /** Bytes a second, of 4 MiB: a minute in which it can be cancelled. */
    private static final long SLOW = 1 << 16;

    @TempDir
    private Path folder;

    private final Deque<Thread> sessions = new ConcurrentLinkedDeque<>();
    private final List<CutLink> links = new ArrayList<>();
    private Runnable onMessage = () -> {};

    /** A device of 4 MB with something in it. */
    private MigratingHost source(Path state, MigratingHost destination, int cutAt, CutLink.How how) {
        return source(state, destination, cutAt, how, false);
    }

    /**
     * @param shares whether the hosts share memory for the state
     */
    private MigratingHost source(Path state, MigratingHost destination, int cutAt, CutLink.How how, boolean shares) {
        MigratingHost source = new MigratingHost(state, new Connector() {
            @Override
            public ByteChannel connect(String peer) {
                return MigrationCutTest.this.connect(destination, links.isEmpty() ? cutAt : NEVER, how);
            }

            @Override
            public boolean isWithinMachine(String peer) {
                return shares;
            }
        });
        source.host().start("mbochs", "mbochs-small", NAME);
        source.word(NAME, AT, MARK);
        return source;
    }

    private ByteChannel connect(MigratingHost destination, int cutAt, CutLink.How how) {
        try {
            CutLink link = new CutLink(cutAt, how, onMessage);
            links.add(link);
            sessions.add(destination.serve(link.destination()));
            return link.source();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitSessions() throws InterruptedException {
        for (Thread session : sessions) {
            assertThat(session.join(PATIENCE)).as("the destination's side ends").isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"LOST, false", "HALF, false", "ARRIVES, false", "LOST, true", "HALF, true", "ARRIVES, true"})
    void oneOfThemHasTheDevice(CutLink.How how, boolean shares) throws IOException, InterruptedException {
        List<Move.Phase> ends = new ArrayList<>();
        for (int cutAt = 1; ; cutAt++) {
            links.clear();
            sessions.clear();
            Path here = folder.resolve(how + "-" + shares + "-" + cutAt);
            try (MigratingHost destination = new MigratingHost(here.resolve("destination"), peer -> {
                        throw new IllegalStateException("asks nobody");
                    });
                    MigratingHost source = source(here.resolve("source"), destination, cutAt, how, shares)) {
                Move move = source.move(NAME, "there", MigratingHost.NO_LIMIT);
                awaitSessions();
                boolean isMoved = move.phase() == Move.Phase.MOVED;
                ends.add(move.phase());

                assertThat(source.has(NAME))
                        .as("%s, message %d: %s", how, cutAt, move)
                        .isEqualTo(!isMoved);
                assertThat(destination.has(NAME))
                        .as("%s, message %d: %s", how, cutAt, move)
                        .isEqualTo(isMoved);
                MigratingHost owner = isMoved ? destination : source;
                assertThat(owner.runs(NAME)).isTrue();
                assertThat(owner.word(NAME, AT)).isEqualTo(MARK);
                if (!links.getFirst().isCut()) {
                    break;
                }
            }
        }
        assertThat(ends.getFirst()).isEqualTo(Move.Phase.FAILED);
        assertThat(ends.getLast()).isEqualTo(Move.Phase.MOVED);
        assertThat(ends.subList(ends.indexOf(Move.Phase.MOVED), ends.size()))
                .as("once it moves, it moves however much later it breaks")
                .containsOnly(Move.Phase.MOVED);
        assertThat(ends).hasSizeGreaterThan(12);
    }

    /** The last message that matters is lost, and the other host does not answer: nobody runs the device until it does. */
    @Test
    void aDeviceInDoubtRunsNowhereTwice() throws IOException, InterruptedException {
        boolean[] reachable = {true};
        try (MigratingHost destination = new MigratingHost(folder.resolve("destination"), peer -> {
            throw new IllegalStateException("asks nobody");
        })) {
            int taken = messagesUntilTaken();
            links.clear();
            try (MigratingHost source = new MigratingHost(folder.resolve("source"), peer -> {
                if (!reachable[0]) {
                    throw new org.vfio4j.vfio.VfioException(Errno.EHOSTUNREACH, "no way there");
                }
                ByteChannel channel = connect(destination, links.isEmpty() ? taken : NEVER, CutLink.How.LOST);
                reachable[0] = false;
                return channel;
            })) {
                source.host().start("mbochs", "mbochs-small", NAME);
                source.word(NAME, AT, MARK);
                Move move = source.migrations().start(NAME, Destination.of("there"), MigratingHost.NO_LIMIT);
                move = await(source, move, Move.Phase.IN_DOUBT);
                awaitSessions();

                assertThat(MigratingHost.problem(move).what()).contains("no way there");
                assertThat(destination.runs(NAME)).isTrue();
                assertThat(source.defined().active(NAME).orElseThrow().usage().isInUse())
                        .isTrue();
                source.migrations().cancel(UUID.fromString(move.id()));
                assertThat(source.migrations().move(UUID.fromString(move.id())).phase())
                        .isEqualTo(Move.Phase.IN_DOUBT);
                reachable[0] = true;

                assertThat(source.end(move).phase()).isEqualTo(Move.Phase.MOVED);
                assertThat(source.has(NAME)).isFalse();
                assertThat(destination.word(NAME, AT)).isEqualTo(MARK);
            }
        }
    }

    @Test
    void anOperatorEndsTheDoubtWhereTheOtherHostIsGoneForGood() throws IOException, InterruptedException {
        MigratingHost destination = new MigratingHost(folder.resolve("destination"), peer -> {
            throw new IllegalStateException("asks nobody");
        });
        int commit = messagesUntilTaken() - 1;
        links.clear();
        try (MigratingHost source = new MigratingHost(folder.resolve("source"), peer -> {
            if (!links.isEmpty()) {
                throw new org.vfio4j.vfio.VfioException(Errno.EHOSTUNREACH, "gone for good");
            }
            return connect(destination, commit, CutLink.How.LOST);
        })) {
            source.host().start("mbochs", "mbochs-small", NAME);
            source.word(NAME, AT, MARK);
            Move move = source.migrations().start(NAME, Destination.of("there"), MigratingHost.NO_LIMIT);
            move = await(source, move, Move.Phase.IN_DOUBT);
            awaitSessions();
            destination.close();

            source.migrations().decide(NAME, false);

            assertThat(source.end(move).phase()).isEqualTo(Move.Phase.FAILED);
            assertThat(source.runs(NAME)).isTrue();
            assertThat(source.word(NAME, AT)).isEqualTo(MARK);
        }
    }

    @Test
    void itsDefinitionGoesAlong() throws InterruptedException {
        try (MigratingHost destination = new MigratingHost(folder.resolve("destination"), peer -> {
                    throw new IllegalStateException("asks nobody");
                });
                MigratingHost source = source(folder.resolve("source"), destination, NEVER, CutLink.How.LOST)) {
            source.defined()
                    .definitions()
                    .define(new Definition(NAME, "mbochs", "mbochs-small", Definition.Start.AUTO, List.of()));

            assertThat(source.move(NAME, "there", MigratingHost.NO_LIMIT).phase())
                    .isEqualTo(Move.Phase.MOVED);
            awaitSessions();

            assertThat(source.defined().definitions().find(NAME, Optional.empty()))
                    .isEmpty();
            assertThat(destination
                            .defined()
                            .definitions()
                            .find(NAME, Optional.empty())
                            .orElseThrow()
                            .start())
                    .isEqualTo(Definition.Start.AUTO);
        }
    }

    @Test
    void aDeviceInUseIsNotMovedAway() throws InterruptedException {
        try (MigratingHost destination = new MigratingHost(folder.resolve("destination"), peer -> {
                    throw new IllegalStateException("asks nobody");
                });
                MigratingHost source = source(folder.resolve("source"), destination, NEVER, CutLink.How.LOST);
                VfioDevice user =
                        source.host().open(source.host().find(NAME.toString()).orElseThrow())) {
            Move move = source.move(NAME, "there", MigratingHost.NO_LIMIT);

            assertThat(move.phase()).isEqualTo(Move.Phase.FAILED);
            assertThat(MigratingHost.problem(move).errno()).isEqualTo(Errno.EBUSY);
            assertThat(MigratingHost.problem(move).what()).contains(NAME.toString(), "in use");
            assertThat(user.info().regions()).isEqualTo(10);
            assertThat(destination.has(NAME)).isFalse();
        }
    }

    /** A guest that draws whenever something was sent. */
    @Test
    void aDeviceThatChangesTooFastStaysAndRunsOn() throws InterruptedException {
        try (MigratingHost destination = new MigratingHost(folder.resolve("destination"), peer -> {
                    throw new IllegalStateException("asks nobody");
                });
                MigratingHost source = source(folder.resolve("source"), destination, NEVER, CutLink.How.LOST);
                Mapping drawn = source.map(NAME)) {
            AtomicInteger times = new AtomicInteger();
            onMessage = () -> {
                for (int page = 0; page < 16; page++) {
                    drawn.segment().set(ValueLayout.JAVA_INT, page * 4096L, times.incrementAndGet());
                }
            };
            Move move = source.move(NAME, "there", new StateSender.Limits(1_000_000, 0, true));
            awaitSessions();

            assertThat(move.phase()).as("%s", move).isEqualTo(Move.Phase.FAILED);
            assertThat(MigratingHost.problem(move).errno()).isEqualTo(Errno.ETIMEDOUT);
            assertThat(move.round()).isEqualTo(StateSender.MAX_ROUNDS);
            assertThat(source.runs(NAME)).isTrue();
            assertThat(destination.has(NAME)).isFalse();
        }
    }

    @Test
    void aMoveThatIsCancelledLeavesTheDeviceHere() throws InterruptedException {
        try (MigratingHost destination = new MigratingHost(folder.resolve("destination"), peer -> {
                    throw new IllegalStateException("asks nobody");
                });
                MigratingHost source = source(folder.resolve("source"), destination, NEVER, CutLink.How.LOST)) {
            for (int at = 0; at < 4 << 20; at += 4096) {
                source.word(NAME, at, at + 1);
            }
            Move move = source.migrations().start(NAME, Destination.of("there"), new StateSender.Limits(SLOW, 0, true));
            move = await(source, move, Move.Phase.PRE_COPY);
            source.migrations().cancel(UUID.fromString(move.id()));

            assertThat(source.end(move).phase()).isEqualTo(Move.Phase.CANCELLED);
            awaitSessions();
            assertThat(source.runs(NAME)).isTrue();
            assertThat(source.word(NAME, 4096)).isEqualTo(4097);
            assertThat(destination.has(NAME)).isFalse();
        }
    }

    @Test
    void aDestinationThatCannotMakeItRefusesAndSaysWhy() throws InterruptedException {
        try (MigratingHost destination = new MigratingHost(folder.resolve("destination"), peer -> {
                    throw new IllegalStateException("asks nobody");
                });
                MigratingHost source = source(folder.resolve("source"), destination, NEVER, CutLink.How.LOST)) {
            destination.host().start("mtty", "mtty-1", NAME);

            Move move = source.move(NAME, "there", MigratingHost.NO_LIMIT);
            awaitSessions();

            assertThat(move.phase()).isEqualTo(Move.Phase.FAILED);
            assertThat(MigratingHost.problem(move).errno()).isEqualTo(Errno.EEXIST);
            assertThat(MigratingHost.problem(move).what()).contains("already");
            assertThat(source.runs(NAME)).isTrue();
        }
    }

    /** How many messages a move of such a device takes up to the one that says that it was taken. */
    private int messagesUntilTaken() throws IOException, InterruptedException {
        try (MigratingHost destination = new MigratingHost(folder.resolve("measured-destination"), peer -> {
                    throw new IllegalStateException("asks nobody");
                });
                MigratingHost source =
                        source(folder.resolve("measured-source"), destination, NEVER, CutLink.How.LOST)) {
            source.move(NAME, "there", MigratingHost.NO_LIMIT);
            awaitSessions();
            // then come forget and forgotten
            return links.getFirst().messages() - 2;
        }
    }

    private static Move await(MigratingHost host, Move begun, Move.Phase phase) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Move move = begun;
        while (move.phase() != phase) {
            assertThat(System.nanoTime()).as("%s", move).isLessThan(deadline);
            assertThat(move.phase().isEnd()).as("%s", move).isFalse();
            Thread.onSpinWait();
            move = host.migrations().move(UUID.fromString(begun.id()));
        }
        return move;
    }
}
