/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Members of Debian's etcd, fetched by {@code testbed/etcd}: each a process on ports of its own, killed and started as a test wants it. */
public final class EtcdCluster implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofMinutes(2);
    private static final int LOWEST_PORT = 20_000;
    private static final int HIGHEST_PORT = 60_000;
    private static final int ENOUGH_PORTS = 1_000;

    private final Path folder;
    private final Path program;
    private final Tls tls;
    private final List<Member> members = new ArrayList<>();

    /** How the members speak to clients: {@code etcd}'s options, and what {@code etcdctl} needs to be one. */
    record Tls(List<String> server, Map<String, String> client) {
        static final Tls NONE = new Tls(List.of(), Map.of());

        String scheme() {
            return server.isEmpty() ? "http" : "https";
        }
    }

    private static final class Member {
        private final String name;
        private final int clientPort;
        private final int peerPort;
        private @Nullable Process process;

        Member(String name, int clientPort, int peerPort) {
            this.name = name;
            this.clientPort = clientPort;
            this.peerPort = peerPort;
        }
    }

    private EtcdCluster(Path folder, Path program, Tls tls) {
        this.folder = folder;
        this.program = program;
        this.tls = tls;
    }

    /** Starts them, and waits until they answer. */
    public static EtcdCluster start(Path folder, int size) throws IOException, InterruptedException {
        return start(folder, size, Tls.NONE, "trixie");
    }

    static EtcdCluster start(Path folder, int size, Tls tls, String suite) throws IOException, InterruptedException {
        EtcdCluster cluster = new EtcdCluster(folder, fetched(suite), tls);
        for (int i = 0; i < size; i++) {
            cluster.members.add(new Member("member" + (i + 1), freePort(), freePort()));
        }
        for (int i = 0; i < size; i++) {
            cluster.start(i);
        }
        cluster.awaitReady();
        return cluster;
    }

    /** The folder with etcd and etcdctl. */
    static Path fetched(String suite) throws IOException, InterruptedException {
        Path work = Files.createTempDirectory("etcd-fetch");
        Serving.Result fetch =
                Serving.result(work, new ProcessBuilder(Serving.peer("etcd"), "--suite", suite, "--fetch"));
        assertThat(fetch.exitCode()).as(fetch.err()).isZero();
        return Path.of(fetch.out().strip()).resolve("bin");
    }

    /** For clients, of all members. */
    public List<String> endpoints() {
        return members.stream()
                .map(m -> tls.scheme() + "://127.0.0.1:" + m.clientPort)
                .toList();
    }

    /** Starts a member on what it had before. */
    void start(int index) throws IOException {
        Member member = members.get(index);
        String client = tls.scheme() + "://127.0.0.1:" + member.clientPort;
        List<String> command = new ArrayList<>(List.of(
                program.resolve("etcd").toString(),
                "--name",
                member.name,
                "--data-dir",
                folder.resolve(member.name).toString(),
                "--listen-client-urls",
                client,
                "--advertise-client-urls",
                client,
                "--listen-peer-urls",
                peer(member),
                "--initial-advertise-peer-urls",
                peer(member),
                "--initial-cluster",
                members.stream().map(m -> m.name + "=" + peer(m)).collect(Collectors.joining(",")),
                "--log-level",
                "error"));
        command.addAll(tls.server());
        members.get(index).process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(member.name + ".log").toFile()))
                .start();
    }

    /** SIGKILL. */
    void kill(int index) {
        Process process = members.get(index).process;
        if (process != null) {
            process.destroyForcibly().onExit().orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    /** Runs etcdctl, which must succeed; what it printed. */
    public String ctl(String... arguments) throws IOException, InterruptedException {
        return ctl(Map.of(), arguments);
    }

    String ctl(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        Serving.Result result = tryCtl(environment, arguments);
        assertThat(result.exitCode()).as(List.of(arguments) + result.err()).isZero();
        return result.out();
    }

    Serving.Result tryCtl(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(program.resolve("etcdctl").toString(), "--endpoints", String.join(",", endpoints())));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("ETCDCTL_API", "3");
        builder.environment().putAll(tls.client());
        builder.environment().putAll(environment);
        return Serving.result(folder, builder);
    }

    void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (tryCtl(Map.of(), "endpoint", "health").exitCode() != 0) {
            assertThat(System.nanoTime()).as(logs()).isLessThan(deadline);
        }
    }

    /** What they wrote to their logs. */
    String logs() throws IOException {
        StringBuilder all = new StringBuilder();
        for (Member member : members) {
            Path log = folder.resolve(member.name + ".log");
            all.append(member.name).append(": ").append(Files.exists(log) ? Files.readString(log) : "");
        }
        return all.toString();
    }

    @Override
    public void close() {
        IntStream.range(0, members.size()).forEach(this::kill);
    }

    private static String peer(Member member) {
        return "http://127.0.0.1:" + member.peerPort;
    }

    /**
     * A port that nobody listens on, and that the kernel gives to nobody who connects somewhere if it keeps any from that: a member that is killed is to
     * find it free when it starts again.
     */
    private static int freePort() throws IOException {
        int below;
        // In one read: of a file of /proc/sys a second one gets nothing more.
        try (BufferedReader range = Files.newBufferedReader(Path.of("/proc/sys/net/ipv4/ip_local_port_range"))) {
            below = Integer.parseInt(range.readLine().split("\\s+", -1)[0]);
        }
        int most = below - LOWEST_PORT < ENOUGH_PORTS ? HIGHEST_PORT : below;
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, most);
            try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (BindException e) {
                // somebody else's
            }
        }
    }
}
