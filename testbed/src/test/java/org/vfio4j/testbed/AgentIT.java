/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.fleet.etcd.EtcdInventory;
import org.vfio4j.fleet.etcd.EtcdOptions;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.management.host.HostDevice;

/** {@code vfio agent}, {@code vfio serve} and {@code vfio start} as processes, and a real etcd. */
@Timeout(300)
class AgentIT {
    private static final long ENDS_WITHIN_SECONDS = 60;

    @TempDir
    private Path folder;

    private final List<Process> processes = new ArrayList<>();
    private final BlockingQueue<Fleet> views = new LinkedBlockingQueue<>();

    private Process run(EtcdCluster etcd, String log, String... arguments) throws IOException {
        ProcessBuilder builder = Serving.command(List.of(), List.of(arguments));
        builder.environment().putAll(environment(etcd));
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve(log).toFile())
                .start();
        processes.add(process);
        return process;
    }

    private Map<String, String> environment(EtcdCluster etcd) {
        return Map.of(
                "VFIO4J_RUN_DIR",
                folder.resolve("run").toString(),
                "VFIO4J_INVENTORY",
                "etcd://" + etcd.endpoints().getFirst().replace("http://", ""));
    }

    private Serving.Result vfio(EtcdCluster etcd, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = Serving.command(List.of(), List.of(arguments));
        builder.environment().putAll(environment(etcd));
        return Serving.result(folder, builder);
    }

    @AfterEach
    void end() {
        processes.forEach(p -> p.destroyForcibly()
                .onExit()
                .orTimeout(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS)
                .join());
    }

    private Fleet await(Predicate<Fleet> wanted) throws InterruptedException {
        while (true) {
            Fleet next = views.poll(90, TimeUnit.SECONDS);
            assertThat(next).as("a view that is as expected").isNotNull();
            if (wanted.test(next)) {
                return next;
            }
        }
    }

    private static Predicate<Fleet> has(String host, String device) {
        return fleet -> fleet.host(host)
                .filter(h -> h.published().inventory().devices().stream()
                        .map(HostDevice::name)
                        .anyMatch(device::equals))
                .isPresent();
    }

    @Test
    void aHostIsPublishedFollowedAndGoneWithItsAgent() throws Exception {
        try (EtcdCluster etcd = EtcdCluster.start(folder, 1);
                FleetInventory inventory = EtcdInventory.open(EtcdOptions.plain(etcd.endpoints()), Clock.systemUTC());
                FleetInventory.Following following = inventory.follow(views::add)) {
            run(
                    etcd,
                    "serve.log",
                    "serve",
                    "--state-dir",
                    folder.resolve("state").toString());
            awaitText("serve.log", "Ready.");
            Process agent = run(etcd, "agent.log", "agent", "--name", "node1", "--host", "user", "--ttl", "9");
            await(fleet -> fleet.size() == 1);

            Serving.Result reserved =
                    vfio(etcd, "fleet", "reserve", "node1", "-p", "mtty", "-t", "mtty-1", "--for", "300");
            assertThat(reserved.err()).isEmpty();
            String id = reserved.out().strip();
            await(fleet ->
                    fleet.host("node1").filter(h -> !h.reservations().isEmpty()).isPresent());
            Serving.Result started = vfio(etcd, "start", id, "-p", "mtty", "-t", "mtty-1", "--name", "node1");
            assertThat(started.err()).isEmpty();
            Fleet made = await(has("node1", id));
            assertThat(made.host("node1").orElseThrow().reservations()).isEmpty();

            Serving.Result list = vfio(etcd, "fleet", "list");
            assertThat(list.err()).isEmpty();
            assertThat(list.out()).contains("node1");
            assertThat(vfio(etcd, "stop", id).exitCode()).isZero();
            await(has("node1", id).negate());

            etcd.kill(0);
            etcd.start(0);
            etcd.awaitReady();
            assertThat(vfio(etcd, "start", "-p", "mtty", "-t", "mtty-2", "--name", "node1")
                            .exitCode())
                    .isZero();
            await(fleet -> fleet.host("node1")
                    .filter(h ->
                            h.published().inventory().devices().stream().anyMatch(d -> "mtty-2".equals(d.typeOrNull())))
                    .isPresent());

            agent.destroyForcibly();
            await(fleet -> fleet.size() == 0);
            assertThat(Files.readString(folder.resolve("agent.log"))).doesNotContain("WARNING", "Exception", "SLF4J");
            assertThat(following).isNotNull();
        }
    }

    @Test
    void anAgentThatIsEndedTakesItsHostAway() throws Exception {
        try (EtcdCluster etcd = EtcdCluster.start(folder, 1);
                FleetInventory inventory = EtcdInventory.open(EtcdOptions.plain(etcd.endpoints()), Clock.systemUTC());
                FleetInventory.Following following = inventory.follow(views::add)) {
            Process agent = run(etcd, "agent.log", "agent", "--name", "node1", "--host", "demo", "--ttl", "3600");
            await(fleet -> fleet.size() == 1);
            agent.destroy();
            assertThat(agent.onExit().get(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS).exitValue())
                    .isZero();
            await(fleet -> fleet.size() == 0);
            assertThat(following).isNotNull();
        }
    }

    private void awaitText(String log, String text) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ENDS_WITHIN_SECONDS);
        while (!Files.readString(folder.resolve(log)).contains(text)) {
            assertThat(System.nanoTime())
                    .as(Files.readString(folder.resolve(log)))
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
