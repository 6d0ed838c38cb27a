/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;

/**
 * Keys with certificates, made by the JDK's keytool, since none of the JDK's classes that others may use makes a certificate. They are in a key store below a
 * folder of the owner's, under a password that nobody else sees.
 */
final class Keytool {
    static final String CA = "ca";

    private static final String PASSWORD = "VFIO4J_KEYTOOL";
    private static final long BOUND_SECONDS = 120;
    private static final int MAX_OUTPUT = 4096;

    private final Path file;
    private final String password;

    /** A key and the certificate of it, with those that signed it behind. */
    record Made(PrivateKey key, List<Certificate> chain) {}

    private Keytool(Path file, String password) {
        this.file = file;
        this.password = password;
    }

    /** With nothing made yet, in that folder, which is the caller's to remove. */
    static Keytool in(Path folder) {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return new Keytool(folder.resolve("keys.p12"), HexFormat.of().formatHex(random));
    }

    /** Puts a CA that there is already, under the alias {@link #CA}. */
    void put(Made ca) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(CA, ca.key(), password.toCharArray(), ca.chain().toArray(Certificate[]::new));
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
    }

    /**
     * Makes a key on P-256 and its certificate.
     *
     * @param subject its common name
     * @param more arguments of {@code keytool -genkeypair}
     */
    Made make(String alias, String subject, long days, List<String> more) throws IOException, GeneralSecurityException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", alias));
        line.addAll(List.of("-keystore", file.toString(), "-storetype", "PKCS12", "-storepass:env", PASSWORD));
        line.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-sigalg", "SHA256withECDSA"));
        line.addAll(List.of("-dname", "CN=" + subject, "-validity", Long.toString(days)));
        line.addAll(more);
        run(line);
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password.toCharArray());
        }
        return new Made(
                (PrivateKey) store.getKey(alias, password.toCharArray()), List.of(store.getCertificateChain(alias)));
    }

    private void run(List<String> line) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put(PASSWORD, password);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        try (InputStream out = process.getInputStream()) {
            process.getOutputStream().close();
            String said = new String(out.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new RefusedException(Errno.EIO, "keytool made no certificate: " + said, "");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(Errno.EINTR, "interrupted while keytool made a certificate", "");
        } finally {
            process.destroyForcibly();
        }
    }
}
