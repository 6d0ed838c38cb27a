/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;

class TlsAuthorityTest {
    @TempDir
    private Path folder;

    @Test
    void aHostGetsACertificateForEachSideThatTheAuthorityHasSigned() throws IOException, GeneralSecurityException {
        Path made = TlsAuthority.create(folder.resolve("ca"), 30).add(List.of("node8.example", "192.0.2.8"), 20);

        X509Certificate ca = certificate(folder.resolve("ca/ca-cert.pem"));
        assertThat(certificate(made.resolve("ca-cert.pem"))).isEqualTo(ca);
        assertThat(ca.getBasicConstraints()).isZero();
        for (String side : List.of("server", "client")) {
            X509Certificate one = certificate(made.resolve(side + "-cert.pem"));
            one.verify(ca.getPublicKey());
            one.checkValidity();
            assertThat(MigrateListener.names(one)).contains("node8.example", "192.0.2.8");
            assertThat(one.getBasicConstraints()).isEqualTo(-1);
            assertThat(one.getExtendedKeyUsage())
                    .containsExactly(side.equals("server") ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2");
        }
        TlsIdentity identity = TlsIdentity.in(made);
        assertThat(identity.server().getProtocol()).isEqualTo("TLSv1.3");
        assertThat(identity.client().getProtocol()).isEqualTo("TLSv1.3");
    }

    @Test
    void keysAreTheirOwnersAndNothingElseIsLeft() throws IOException {
        TlsAuthority.create(folder.resolve("ca"), 30).add(List.of("node8"), 30);

        try (Stream<Path> files = Files.walk(folder.resolve("ca"))) {
            assertThat(files.map(file -> folder.relativize(file) + " " + mode(file)))
                    .containsExactlyInAnyOrder(
                            "ca rwx------",
                            "ca/ca-cert.pem rw-r--r--",
                            "ca/ca-key.pem rw-------",
                            "ca/node8 rwx------",
                            "ca/node8/ca-cert.pem rw-r--r--",
                            "ca/node8/server-cert.pem rw-r--r--",
                            "ca/node8/server-key.pem rw-------",
                            "ca/node8/client-cert.pem rw-r--r--",
                            "ca/node8/client-key.pem rw-------");
        }
    }

    @Test
    void whatIsThereStays() throws IOException {
        Files.writeString(folder.resolve("ca-key.pem"), "a key");
        Files.createDirectory(folder.resolve("node8"));

        assertErrno(Errno.EEXIST, () -> TlsAuthority.create(folder, 30));
        assertThat(folder.resolve("ca-key.pem")).hasContent("a key");
        assertThat(folder.resolve("ca-cert.pem")).doesNotExist();
        Files.delete(folder.resolve("ca-key.pem"));

        TlsAuthority made = TlsAuthority.create(folder, 30);
        assertErrno(Errno.EEXIST, () -> made.add(List.of("node8"), 30));
        assertThat(folder.resolve("node8")).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/b", "node_8", "-node", "node-", "a b", "a,CN=b", "node8."})
    void aNameThatNoHostHasIsRefused(String name) {
        assertErrno(Errno.EINVAL, () -> TlsAuthority.requireName(name));
    }

    private static void assertErrno(int errno, Runnable call) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(call::run)
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
    }

    private static String mode(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static X509Certificate certificate(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
