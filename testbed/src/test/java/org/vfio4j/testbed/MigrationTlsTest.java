/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.control.MigrateListener;
import org.vfio4j.management.control.PeerConnector;
import org.vfio4j.management.control.TlsAuthority;
import org.vfio4j.management.control.TlsIdentity;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.migrate.Move;
import org.vfio4j.management.snapshot.SnapshotReader;

/** Devices that go from machine to machine: by TLS 1.3, between hosts that know each other. The certificates are the test's own. */
@Timeout(300)
class MigrationTlsTest {
    private static final UUID NAME = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000000f2");

    @TempDir
    private Path folder;

    /** Two hosts, and where the one listens for the other. */
    private record Hosts(MigratingHost source, MigratingHost destination, MigrateListener listener)
            implements AutoCloseable {
        String there() {
            return "localhost:" + listener.port();
        }

        @Override
        public void close() {
            listener.close();
            source.close();
            destination.close();
        }
    }

    private static TlsIdentity identity(String name) {
        try {
            return TlsIdentity.in(
                    Path.of(MigrationTlsTest.class.getResource("tls/" + name).toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private Hosts start(String server, String client, Set<String> allowed) {
        return start(identity(server), identity(client), allowed);
    }

    private Hosts start(TlsIdentity server, TlsIdentity client, Set<String> allowed) {
        MigratingHost destination = new MigratingHost(folder.resolve("destination"), new PeerConnector(null));
        MigratingHost source = new MigratingHost(folder.resolve("source"), new PeerConnector(client));
        MigrateListener listener =
                MigrateListener.listen("127.0.0.1:0", server, allowed, destination.migrations()::serve);
        source.host().start("mbochs", "mbochs-small", NAME);
        source.word(NAME, 0x1000, 42);
        return new Hosts(source, destination, listener);
    }

    @ParameterizedTest
    @ValueSource(strings = {"good", "rsa"})
    void aDeviceGoesToTheOtherMachine(String client) {
        try (Hosts hosts = start("good", client, Set.of("node7.example"))) {
            Move move = hosts.source().move(NAME, hosts.there(), MigratingHost.NO_LIMIT);

            assertThat(move.phase()).as("%s", move).isEqualTo(Move.Phase.MOVED);
            assertThat(hosts.destination().runs(NAME)).isTrue();
            assertThat(hosts.destination().word(NAME, 0x1000)).isEqualTo(42);
            assertThat(hosts.source().has(NAME)).isFalse();
        }
    }

    @Test
    void aDeviceGoesByTheCertificatesThatVfioTlsMakes() {
        TlsAuthority authority = TlsAuthority.create(folder.resolve("ours"), 30);
        TlsIdentity there = TlsIdentity.in(authority.add(List.of("node8.example", "localhost"), 30));
        TlsIdentity here = TlsIdentity.in(authority.add(List.of("node7.example"), 30));
        try (Hosts hosts = start(there, here, Set.of("node7.example"))) {
            Move move = hosts.source().move(NAME, hosts.there(), MigratingHost.NO_LIMIT);

            assertThat(move.phase()).as("%s", move).isEqualTo(Move.Phase.MOVED);
        }
    }

    @Test
    void anotherAuthorityOfThatKindIsAStranger() {
        TlsAuthority ours = TlsAuthority.create(folder.resolve("ours"), 30);
        TlsAuthority theirs = TlsAuthority.create(folder.resolve("theirs"), 30);
        assertNotReached(
                start(
                        TlsIdentity.in(ours.add(List.of("localhost"), 30)),
                        TlsIdentity.in(theirs.add(List.of("node7.example"), 30)),
                        Set.of()),
                "");
    }

    @Test
    void theOtherMachineTellsWhatItHas() {
        try (Hosts hosts = start("good", "good", Set.of())) {
            assertThat(SnapshotReader.read(hosts.source().migrations().destination(hosts.there()))
                            .inventory()
                            .parents())
                    .extracting(p -> p.name())
                    .contains("mbochs", "mdpy", "mtty");
        }
    }

    @Test
    void aServerOfAnotherNameIsNotBelieved() {
        assertNotReached(start("elsewhere", "good", Set.of()), "localhost");
    }

    @Test
    void aClientOfAnotherAuthorityIsTurnedAway() {
        assertNotReached(start("good", "stranger", Set.of()), "");
    }

    @Test
    void aClientOfAnotherNameIsTurnedAway() {
        assertNotReached(start("good", "good", Set.of("node1.example")), "");
    }

    @Test
    void aClientWithoutACertificateIsTurnedAway() throws IOException {
        try (Hosts hosts = start("good", "good", Set.of());
                Socket plain = new Socket("localhost", hosts.listener().port())) {
            plain.getOutputStream().write(new byte[64]);

            assertThat(answered(plain)).isLessThan(64);
            assertThat(hosts.source().runs(NAME)).isTrue();
        }
    }

    /** How many bytes came: none where the connection was reset, as one is that is closed over what nobody read. */
    private static int answered(Socket socket) throws IOException {
        try {
            return socket.getInputStream().readAllBytes().length;
        } catch (SocketException e) {
            return 0;
        }
    }

    @Test
    void connectionsThatSayNothingKeepNoHostOut() throws IOException {
        List<Socket> silent = new ArrayList<>();
        try (Hosts hosts = start("good", "good", Set.of())) {
            for (int i = 0; i < 100; i++) {
                silent.add(new Socket("localhost", hosts.listener().port()));
            }

            assertThat(hosts.source()
                            .move(NAME, hosts.there(), MigratingHost.NO_LIMIT)
                            .phase())
                    .isEqualTo(Move.Phase.MOVED);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void aHostWithoutCertificatesSaysSo() {
        try (MigratingHost bare = new MigratingHost(folder.resolve("bare"), new PeerConnector(null))) {
            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(() -> bare.migrations().destination("node8"))
                    .satisfies(e -> assertThat(e.remedy()).contains("--tls-dir"));
        }
    }

    @Test
    void whatIsWrongWithTheFilesIsSaidAtTheStart() {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(
                        () -> MigrateListener.listen("127.0.0.1:0", identity("stranger"), Set.of(), connection -> {}))
                .withMessageContaining("server-cert.pem");
    }

    private static void assertNotReached(Hosts started, String reason) {
        try (Hosts hosts = started) {
            Move move = hosts.source().move(NAME, hosts.there(), MigratingHost.NO_LIMIT);

            assertThat(move.phase()).as("%s", move).isEqualTo(Move.Phase.FAILED);
            assertThat(List.of(Errno.EHOSTUNREACH, Errno.ECONNRESET))
                    .contains(MigratingHost.problem(move).errno());
            assertThat(MigratingHost.problem(move).what()).contains(reason);
            assertThat(hosts.source().runs(NAME)).isTrue();
            assertThat(hosts.destination().has(NAME)).isFalse();
        }
    }
}
