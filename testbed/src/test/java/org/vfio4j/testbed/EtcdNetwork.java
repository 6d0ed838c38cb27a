/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Three members of etcd, each in a network namespace of its own, joined by a bridge in the one that the test runs in: a member can be killed, cut off and
 * healed. Needs root and {@code ip}. Names and addresses carry this process's number, so several can run on one machine.
 */
final class EtcdNetwork implements AutoCloseable {
    private static final int MEMBERS = 3;
    private static final Duration READY_WITHIN = Duration.ofSeconds(90);

    private final Path folder;
    private final Path program;
    private final String tag;
    private final String net;
    private final Process[] processes = new Process[MEMBERS];
    private final List<Process> others = new ArrayList<>();

    private EtcdNetwork(Path folder, Path program) {
        long pid = ProcessHandle.current().pid();
        this.folder = folder;
        this.program = program;
        this.tag = "v4j" + Long.toString(pid % 46_000, 36);
        this.net = "10." + (64 + pid % 64) + "." + pid / 64 % 256 + ".";
    }

    static EtcdNetwork start(Path folder) throws IOException, InterruptedException {
        EtcdNetwork network = new EtcdNetwork(folder, EtcdCluster.fetched("trixie"));
        try {
            network.ip("link", "add", network.tag, "type", "bridge");
            network.ip("addr", "add", network.net + "1/24", "dev", network.tag);
            network.ip("link", "set", network.tag, "up");
            for (int i = 0; i < MEMBERS; i++) {
                network.join(i, 10 + i);
                network.start(i);
            }
            network.awaitReady();
            return network;
        } catch (IOException | InterruptedException | AssertionError e) {
            network.close();
            throw e;
        }
    }

    /** Starts a program in a namespace of its own on the same bridge; it ends with the network. */
    void run(List<String> program, Path log) throws IOException, InterruptedException {
        int i = MEMBERS + others.size();
        join(i, 100 + i);
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", space(i)));
        command.addAll(program);
        others.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start());
    }

    private void join(int i, int address) throws IOException, InterruptedException {
        ip("netns", "add", space(i));
        ip("link", "add", cable(i), "type", "veth", "peer", "name", "eth0", "netns", space(i));
        ip("link", "set", cable(i), "master", tag);
        ip("link", "set", cable(i), "up");
        ip("-n", space(i), "link", "set", "lo", "up");
        ip("-n", space(i), "addr", "add", net + address + "/24", "dev", "eth0");
        ip("-n", space(i), "link", "set", "eth0", "up");
    }

    /** For clients in the namespace of the test. */
    List<String> endpoints() {
        return IntStream.range(0, MEMBERS).mapToObj(i -> client(i)).toList();
    }

    static int members() {
        return MEMBERS;
    }

    /** Starts a member on what it had before. */
    void start(int i) throws IOException {
        List<String> cluster = IntStream.range(0, MEMBERS)
                .mapToObj(j -> "member" + j + "=http://" + net + (10 + j) + ":2380")
                .toList();
        List<String> command = new ArrayList<>(
                List.of("ip", "netns", "exec", space(i), program.resolve("etcd").toString()));
        command.addAll(List.of(
                "--name",
                "member" + i,
                "--data-dir",
                folder.resolve("member" + i).toString(),
                "--listen-client-urls",
                client(i),
                "--advertise-client-urls",
                client(i),
                "--listen-peer-urls",
                "http://" + net + (10 + i) + ":2380",
                "--initial-advertise-peer-urls",
                "http://" + net + (10 + i) + ":2380",
                "--initial-cluster",
                String.join(",", cluster),
                "--heartbeat-interval",
                "100",
                "--election-timeout",
                "1000",
                "--log-level",
                "error"));
        processes[i] = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("member" + i + ".log").toFile()))
                .start();
    }

    boolean isAlive(int i) {
        return processes[i] != null && processes[i].isAlive();
    }

    void kill(int i) {
        end(processes[i]);
    }

    private static void end(Process process) {
        process.destroyForcibly().onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** Nobody reaches it, and it reaches nobody: packets are lost without a word. */
    void cutOff(int i) throws IOException, InterruptedException {
        ip("link", "set", cable(i), "nomaster");
    }

    void heal(int i) throws IOException, InterruptedException {
        ip("link", "set", cable(i), "master", tag);
    }

    void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        ProcessBuilder health = new ProcessBuilder(
                program.resolve("etcdctl").toString(),
                "--endpoints",
                String.join(",", endpoints()),
                "endpoint",
                "health");
        health.environment().put("ETCDCTL_API", "3");
        while (Serving.result(folder, health).exitCode() != 0) {
            assertThat(System.nanoTime()).as(logs()).isLessThan(deadline);
        }
    }

    private String logs() throws IOException {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < MEMBERS; i++) {
            Path log = folder.resolve("member" + i + ".log");
            all.append(Files.exists(log) ? Files.readString(log) : "");
        }
        return all.toString();
    }

    @Override
    public void close() {
        others.forEach(EtcdNetwork::end);
        for (int i = 0; i < MEMBERS + others.size(); i++) {
            if (i < MEMBERS && isAlive(i)) {
                kill(i);
            }
            attempt("ip", "netns", "del", space(i));
        }
        attempt("ip", "link", "del", tag);
    }

    /** What was made is taken away as far as it was made. */
    private static void attempt(String... command) {
        try {
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .onExit()
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String client(int i) {
        return "http://" + net + (10 + i) + ":2379";
    }

    private String space(int i) {
        return tag + "-" + i;
    }

    private String cable(int i) {
        return tag + "v" + i;
    }

    private void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(Arrays.asList(arguments));
        Serving.Result result = Serving.result(folder, new ProcessBuilder(command));
        assertThat(result.exitCode()).as(command + result.err()).isZero();
    }
}
