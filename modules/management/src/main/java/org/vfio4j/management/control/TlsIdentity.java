/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;

/**
 * Who this host is towards others, and whom it believes: the files of a folder in PEM, called as QEMU and libvirt call them. {@code ca-cert.pem}
 * signs both sides; {@code server-cert.pem} and {@code server-key.pem} are for those who come, {@code client-cert.pem} and
 * {@code client-key.pem} for going to others. Keys are PKCS#8 without a password.
 */
public final class TlsIdentity {
    static final String PROTOCOL = "TLSv1.3";

    private static final long MAX_BYTES = 1 << 20;
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private final Path folder;

    private TlsIdentity(Path folder) {
        this.folder = folder;
    }

    /** Whose files are in that folder; they are read when they are needed, so that new ones count at once. */
    public static TlsIdentity in(Path folder) {
        return new TlsIdentity(folder);
    }

    /** For those who come. */
    SSLContext server() {
        return context("server");
    }

    /** For going to others. */
    SSLContext client() {
        return context("client");
    }

    private SSLContext context(String side) {
        try {
            KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
            own.load(null, null);
            Certificate[] chain = certificates(side + "-cert.pem").toArray(Certificate[]::new);
            own.setKeyEntry("own", key(side + "-key.pem"), new char[0], chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, new char[0]);
            KeyStore believed = KeyStore.getInstance(KeyStore.getDefaultType());
            believed.load(null, null);
            int i = 0;
            for (Certificate ca : certificates("ca-cert.pem")) {
                believed.setCertificateEntry("ca" + i++, ca);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(believed);
            SSLContext context = SSLContext.getInstance(PROTOCOL);
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw unusable(folder, e.getMessage());
        }
    }

    /** A CA's key and its certificate. */
    static Keytool.Made authority(Path key, Path certificate) {
        return new Keytool.Made(
                parseKey(new String(bytes(key), StandardCharsets.US_ASCII), key.toString()),
                List.copyOf(certificates(certificate)));
    }

    private Collection<? extends Certificate> certificates(String name) {
        return certificates(folder.resolve(name));
    }

    private static Collection<? extends Certificate> certificates(Path file) {
        try {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes(file)));
            if (found.isEmpty()) {
                throw unusable(file, "there is no certificate in it");
            }
            return found;
        } catch (GeneralSecurityException e) {
            throw unusable(file, e.getMessage());
        }
    }

    private PrivateKey key(String name) {
        Path file = folder.resolve(name);
        return parseKey(new String(bytes(file), StandardCharsets.US_ASCII), file.toString());
    }

    /** Reads a key in PEM; a {@link RefusedException} says why it is none. */
    static PrivateKey parseKey(String pem, String file) {
        Matcher found = KEY.matcher(pem);
        if (!found.find()) {
            throw new RefusedException(
                    Errno.EINVAL,
                    file + " is no private key in PKCS#8 without a password (-----BEGIN PRIVATE KEY-----)",
                    "openssl pkcs8 -topk8 -nocrypt -in KEY -out " + file + " makes one of another form.");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(found.group(1));
        } catch (IllegalArgumentException e) {
            throw unusable(Path.of(file), e.getMessage());
        }
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException e) {
                // of another algorithm
            } catch (GeneralSecurityException e) {
                throw unusable(Path.of(file), e.getMessage());
            }
        }
        throw unusable(Path.of(file), "the key is none of " + String.join(", ", ALGORITHMS));
    }

    private static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw unusable(file, "it is larger than 1 MB");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unusable(file, e.toString());
        }
    }

    private static RefusedException unusable(Path file, @org.jspecify.annotations.Nullable String why) {
        return new RefusedException(
                Errno.EACCES,
                "cannot use " + file + " for TLS: " + why,
                "vfio tls init makes the files that there have to be; docs/migration.md says which.");
    }
}
