/* SPDX-License-Identifier: Apache-2.0 */

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.vfio4j.linux.Mapping;
import org.vfio4j.management.control.ControlServer;
import org.vfio4j.management.control.HostCommands;
import org.vfio4j.management.control.MigrateListener;
import org.vfio4j.management.control.PeerConnector;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.control.TlsIdentity;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.definition.Definitions;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.migrate.Connector;
import org.vfio4j.management.migrate.Destination;
import org.vfio4j.management.migrate.Migrations;
import org.vfio4j.management.migrate.Move;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.migration.StateSender;

/**
 * Moves an mbochs of 64 MiB between two processes, and beside it sends as much memory through a bare connection of the same kind between the same two,
 * into memory of that size.
 * Prints medians: the rates, and how long the device stood still while 1 % of its memory changes all the time.
 *
 * <p>Usage: see bench/migration.
 */
class MigrationRate {
    private static final UUID NAME = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000000b1");
    private static final int SIZE = 64 << 20;
    private static final int PAGE = 4096;
    private static final int CHUNK = 512 << 10;
    private static final StateSender.Limits AHEAD = new StateSender.Limits(0, 60_000, true);
    private static final StateSender.Limits STOP = new StateSender.Limits(0, 0, false);

    private static final Supplier<ByteBuffer> FROM = memory();
    private static final Supplier<ByteBuffer> INTO = memory();

    private final Path folder;
    private final int rounds;
    private final TlsIdentity identity;
    private final UserHost host = UserHost.installed(List.of());
    private final Migrations migrations;
    private final Connector connector;

    private MigrationRate(Path folder, int rounds, TlsIdentity identity) {
        this.folder = folder;
        this.rounds = rounds;
        this.identity = identity;
        this.connector = new PeerConnector(identity);
        this.migrations = migrations(host, folder.resolve("source"), connector);
    }

    /** As much memory as the device has, touched once. */
    private static Supplier<ByteBuffer> memory() {
        ByteBuffer memory = ByteBuffer.allocateDirect(SIZE);
        for (int at = 0; at < SIZE; at += Long.BYTES) {
            memory.putLong(at, at * 0x9e3779b97f4a7c15L);
        }
        return () -> memory;
    }

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        TlsIdentity identity = TlsIdentity.in(Path.of(args[1]));
        if (args.length == 2) {
            destination(folder, identity);
        } else {
            new MigrationRate(folder, Integer.parseInt(args[2]), identity).source();
        }
    }

    private static Migrations migrations(UserHost host, Path state, Connector connector) {
        return Migrations.open(
                new DefinedHost(host, new Definitions(state.resolve("mdevctl.d"))),
                state.resolve("migrations"),
                connector,
                "bench",
                Clock.systemUTC());
    }

    /** Takes devices by both kinds of connection, and swallows bytes by both. */
    private static void destination(Path folder, TlsIdentity identity) throws Exception {
        UserHost host = UserHost.installed(List.of());
        Path state = folder.resolve("destination");
        Migrations migrations = migrations(host, state, new PeerConnector(null));
        DefinedHost defined = new DefinedHost(host, new Definitions(state.resolve("mdevctl.d")));
        ControlServer.listen(
                folder.resolve("control.sock"), new HostCommands(defined, "bench", null, migrations, () -> {}));
        int moves = MigrateListener.listen("127.0.0.1:0", identity, Set.of(), migrations::serve)
                .port();
        int bare = MigrateListener.listen("127.0.0.1:0", identity, Set.of(), MigrationRate::swallow)
                .port();
        ServerSocketChannel plain = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        plain.bind(UnixDomainSocketAddress.of(folder.resolve("bare.sock")));
        Path ports = folder.resolve("ports.new");
        Files.writeString(ports, moves + " " + bare);
        Files.move(ports, folder.resolve("ports"));
        while (true) {
            swallow(plain.accept());
        }
    }

    /** Reads as much as a device has into memory of that size, and says so. */
    private static void swallow(ByteChannel from) {
        ByteBuffer memory = INTO.get().clear();
        try (from) {
            while (memory.hasRemaining()) {
                if (from.read(memory) < 0) {
                    return;
                }
            }
            from.write(ByteBuffer.allocate(1));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void source() throws Exception {
        String[] ports = Files.readString(folder.resolve("ports")).split(" ", -1);
        String tls = "localhost:" + ports[0];
        String local = folder.resolve("control.sock").toString();
        double[][] rates = new double[6][rounds];
        double[][] still = new double[4][rounds];
        for (int i = -3; i < rounds; i++) {
            int at = Math.max(i, 0);
            try (SocketChannel bare =
                    SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("bare.sock")))) {
                rates[0][at] = bare(bare);
            }
            rates[1][at] = move(local, STOP, false).rate() / 1e6;
            rates[2][at] = move(local, AHEAD, false).rate() / 1e6;
            try (ByteChannel bare = new PeerConnector(identity).connect("localhost:" + ports[1])) {
                rates[3][at] = bare(bare);
            }
            rates[4][at] = move(tls, STOP, false).rate() / 1e6;
            rates[5][at] = move(tls, AHEAD, false).rate() / 1e6;
            still[0][at] = move(local, AHEAD, true).downtimeMillis();
            still[1][at] = move(local, STOP, true).downtimeMillis();
            still[2][at] = move(tls, AHEAD, true).downtimeMillis();
            still[3][at] = move(tls, STOP, true).downtimeMillis();
        }
        System.out.printf("| MB/s | bare | stopped | ratio | pre-copy | ratio |%n|---|---|---|---|---|---|%n");
        System.out.printf("| within the machine | %s |%n", rates(rates, 0));
        System.out.printf("| TLS 1.3 | %s |%n%n", rates(rates, 3));
        System.out.printf("| stood still, ms | pre-copy | stop-copy only |%n|---|---|---|%n");
        System.out.printf("| within the machine | %.1f | %.1f |%n", median(still[0]), median(still[1]));
        System.out.printf("| TLS 1.3 | %.1f | %.1f |%n", median(still[2]), median(still[3]));
        Runtime.getRuntime().halt(0);
    }

    /** A bare connection's rate, and what a stopped and a running device's state reach of it. */
    private static String rates(double[][] rates, int from) {
        double bare = median(rates[from]);
        double stopped = median(rates[from + 1]);
        double running = median(rates[from + 2]);
        return "%.0f | %.0f | %.0f %% | %.0f | %.0f %%".formatted(
                bare, stopped, 100 * stopped / bare, running, 100 * running / bare);
    }

    /** Sends as much memory as a device has. */
    private static double bare(ByteChannel to) throws IOException {
        ByteBuffer memory = FROM.get().clear();
        long begin = System.nanoTime();
        while (memory.position() < SIZE) {
            memory.limit(memory.position() + CHUNK);
            while (memory.hasRemaining()) {
                to.write(memory);
            }
        }
        while (to.read(ByteBuffer.allocate(1)) == 0) {
            // until it has all
        }
        return SIZE / ((System.nanoTime() - begin) / 1e9) / 1e6;
    }

    /** Moves a new device there, and removes it there. */
    private Move move(String to, StateSender.Limits limits, boolean changes) throws Exception {
        host.start("mbochs", "mbochs-large", NAME);
        AtomicBoolean draws = new AtomicBoolean(changes);
        Move move;
        try (Mapping memory = map()) {
            fill(memory.segment());
            Thread guest = Thread.ofPlatform().start(() -> draw(memory.segment(), draws));
            move = migrations.start(NAME, Destination.of(to), limits);
            while (!move.phase().isEnd()) {
                Thread.sleep(1);
                move = migrations.move(UUID.fromString(move.id()));
            }
            draws.set(false);
            guest.join();
        }
        if (move.phase() != Move.Phase.MOVED) {
            throw new IllegalStateException(move.toString());
        }
        try (RunningHost there = RunningHost.at(folder.resolve("control.sock")).orElseThrow()) {
            there.tell("stop", RunningHost.arguments().put("device", NAME.toString()));
        }
        return move;
    }

    private Mapping map() {
        HostDevice device = host.find(NAME.toString()).orElseThrow();
        try (VfioDevice open = host.open(device);
                RegionFile file = open.regionFile(0)) {
            return Mapping.readWrite(file.fd(), file.offset(), SIZE);
        }
    }

    private static void fill(MemorySegment memory) {
        long[] random = new Random(7).longs(SIZE / Long.BYTES).toArray();
        MemorySegment.copy(random, 0, memory, ValueLayout.JAVA_LONG, 0, random.length);
    }

    /** One page of a hundred, each about a hundred times a second. */
    private static void draw(MemorySegment memory, AtomicBoolean goesOn) {
        for (int i = 1; goesOn.get(); i++) {
            for (int page = 0; page < SIZE / PAGE; page += 100) {
                memory.set(ValueLayout.JAVA_INT, (long) page * PAGE + 64, i);
            }
            try {
                Thread.sleep(Duration.ofMillis(10));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
