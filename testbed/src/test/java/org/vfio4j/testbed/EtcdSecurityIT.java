/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.fleet.etcd.EtcdInventory;
import org.vfio4j.fleet.etcd.EtcdOptions;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.fleet.inventory.Reservation;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.RefusedException;

/** An etcd with TLS, users and the roles of docs/fleet.md: an agent can say nothing of another host. */
@Timeout(300)
class EtcdSecurityIT {
    private static final Duration TTL = Duration.ofMinutes(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> ROOT = Map.of("ETCDCTL_USER", "root:root-secret");

    @TempDir
    private Path folder;

    private void openssl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Serving.Result result = Serving.result(folder, new ProcessBuilder(command).directory(folder.toFile()));
        assertThat(result.exitCode()).as(result.err()).isZero();
    }

    /** A certificate authority, and a certificate of 127.0.0.1 and of a client by it. */
    private EtcdCluster.Tls certificates() throws IOException, InterruptedException {
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=test CA",
                "-keyout",
                "ca.key",
                "-out",
                "ca.pem");
        Files.writeString(
                folder.resolve("names"), "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n");
        for (String name : List.of("server", "client")) {
            openssl(
                    "req",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-nodes",
                    "-subj",
                    "/CN=" + name,
                    "-keyout",
                    name + ".key",
                    "-out",
                    name + ".csr");
            openssl(
                    "x509",
                    "-req",
                    "-in",
                    name + ".csr",
                    "-CA",
                    "ca.pem",
                    "-CAkey",
                    "ca.key",
                    "-CAcreateserial",
                    "-days",
                    "2",
                    "-extfile",
                    "names",
                    "-out",
                    name + ".pem");
        }
        return new EtcdCluster.Tls(
                List.of(
                        "--cert-file",
                        file("server.pem"),
                        "--key-file",
                        file("server.key"),
                        "--client-cert-auth",
                        "--trusted-ca-file",
                        file("ca.pem")),
                Map.of(
                        "ETCDCTL_CACERT",
                        file("ca.pem"),
                        "ETCDCTL_CERT",
                        file("client.pem"),
                        "ETCDCTL_KEY",
                        file("client.key")));
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    /** As docs/fleet.md tells operators to do it. */
    private static void users(EtcdCluster etcd) throws IOException, InterruptedException {
        etcd.ctl("user", "add", "root:root-secret");
        etcd.ctl("user", "grant-role", "root", "root");
        for (String host : List.of("node1", "node10")) {
            etcd.ctl("role", "add", "agent-" + host);
            etcd.ctl("role", "grant-permission", "agent-" + host, "readwrite", "/vfio4j/1/hosts/" + host);
            etcd.ctl(
                    "role",
                    "grant-permission",
                    "--prefix=true",
                    "agent-" + host,
                    "readwrite",
                    "/vfio4j/1/reservations/" + host + "/");
            etcd.ctl("user", "add", "agent-" + host + ":" + host + "-secret");
            etcd.ctl("user", "grant-role", "agent-" + host, "agent-" + host);
        }
        etcd.ctl("role", "add", "scheduler");
        etcd.ctl("role", "grant-permission", "--prefix=true", "scheduler", "read", "/vfio4j/1/");
        etcd.ctl("role", "grant-permission", "--prefix=true", "scheduler", "readwrite", "/vfio4j/1/reservations/");
        etcd.ctl("role", "grant-permission", "--prefix=true", "scheduler", "readwrite", "/vfio4j/1/ledgers/");
        etcd.ctl("user", "add", "scheduler:scheduler-secret");
        etcd.ctl("user", "grant-role", "scheduler", "scheduler");
        etcd.ctl("auth", "enable");
    }

    private EtcdOptions options(EtcdCluster etcd, String user, String password) {
        return new EtcdOptions(
                etcd.endpoints(),
                user,
                password,
                folder.resolve("ca.pem"),
                folder.resolve("client.pem"),
                folder.resolve("client.key"),
                PATIENCE);
    }

    private static void refused(int errno, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.errno()).as(e.getMessage()).isEqualTo(errno));
    }

    @Test
    void rolesKeepAgentsToTheirHostsAndSchedulersToReservations() throws IOException, InterruptedException {
        try (EtcdCluster etcd = EtcdCluster.start(folder, 1, certificates(), "trixie")) {
            users(etcd);
            try (FleetInventory agent =
                            EtcdInventory.open(options(etcd, "agent-node1", "node1-secret"), Clock.systemUTC());
                    FleetInventory scheduler =
                            EtcdInventory.open(options(etcd, "scheduler", "scheduler-secret"), Clock.systemUTC())) {
                FleetInventory.Publication node1 = agent.publish("node1", TTL);
                node1.update(FleetHosts.host("node1", 2));
                refused(Errno.EACCES, () -> agent.publish("node10", TTL).update(FleetHosts.host("node10", 2)));
                refused(Errno.EACCES, () -> agent.publish("node", TTL).update(FleetHosts.host("node", 2)));
                refused(Errno.EACCES, agent::read);

                assertThat(scheduler.read().hosts()).map(FleetHost::name).containsExactly("node1");
                refused(Errno.EACCES, () -> scheduler.publish("node1", TTL).update(FleetHosts.host("node1", 9)));
                Reservation made = scheduler.reserve(FleetHosts.claim("node1", "nova", 300));
                refused(Errno.EACCES, () -> agent.release("node10", made.id()));
                node1.update(FleetHosts.host("node1", 1, made.id()));
                assertThat(scheduler.read().host("node1").orElseThrow().reservations())
                        .isEmpty();

                etcd.kill(0); // a member that starts anew knows no one's token
                etcd.start(0);
                awaitAnswer(() -> node1.update(FleetHosts.host("node1", 0, made.id())));
                awaitAnswer(scheduler::read);
            }
        }
    }

    private static void awaitAnswer(Runnable call) {
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (true) {
            try {
                call.run();
                return;
            } catch (ErrnoException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    @Test
    void whoCannotProveWhoHeIsIsToldSo() throws IOException, InterruptedException {
        try (EtcdCluster etcd = EtcdCluster.start(folder, 1, certificates(), "trixie")) {
            users(etcd);
            assertThat(etcd.tryCtl(ROOT, "user", "list").exitCode()).isZero();
            try (FleetInventory wrong = EtcdInventory.open(options(etcd, "scheduler", "guess"), Clock.systemUTC());
                    FleetInventory nobody = EtcdInventory.open(
                            new EtcdOptions(
                                    etcd.endpoints(),
                                    null,
                                    null,
                                    folder.resolve("ca.pem"),
                                    null,
                                    null,
                                    Duration.ofSeconds(5)),
                            Clock.systemUTC());
                    FleetInventory stranger = EtcdInventory.open(
                            new EtcdOptions(etcd.endpoints(), null, null, null, null, null, Duration.ofSeconds(5)),
                            Clock.systemUTC())) {
                refused(Errno.EACCES, wrong::read);
                assertThatExceptionOfType(ErrnoException.class).isThrownBy(nobody::read);
                assertThatExceptionOfType(ErrnoException.class).isThrownBy(stranger::read);
            }
        }
    }
}
