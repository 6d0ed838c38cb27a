/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;

/**
 * A certificate authority for hosts that move devices to each other: a folder with {@code ca-cert.pem} and {@code ca-key.pem}, and below it a folder for each
 * host with what {@link TlsIdentity} reads. Keys are readable for their owner only; nothing that is there is written over.
 */
public final class TlsAuthority {
    /** How long certificates are valid if nothing else is said, in days. */
    public static final int DAYS = 3650;

    private static final int MAX_DAYS = 36_500;
    private static final String CERTIFICATE = "ca-cert.pem";
    private static final String KEY = "ca-key.pem";
    private static final String ADDRESS = "([0-9]{1,3}\\.){3}[0-9]{1,3}|(?=.*:.*:)[0-9A-Fa-f:]+";
    private static final String HOST_NAME = "(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*";
    private static final int MAX_HOST_NAME = 253;

    private final Path folder;
    private final Keytool.Made ca;

    private TlsAuthority(Path folder, Keytool.Made ca) {
        this.folder = folder;
        this.ca = ca;
    }

    /**
     * Makes one.
     *
     * @param folder made if it is not there
     * @throws RefusedException EEXIST if it has one already
     */
    public static TlsAuthority create(Path folder, int days) {
        requireDays(days);
        for (String name : List.of(CERTIFICATE, KEY)) {
            if (Files.exists(folder.resolve(name))) {
                throw new RefusedException(
                        Errno.EEXIST,
                        folder.resolve(name) + " is there already",
                        "vfio tls add DIR HOST signs with it.");
            }
        }
        try {
            Files.createDirectories(folder, mode("rwx------"));
            return inScratch(folder, scratch -> {
                Keytool.Made made = Keytool.in(scratch)
                        .make(
                                Keytool.CA,
                                "vfio4j hosts",
                                days,
                                List.of("-ext", "bc:c=ca:true,pathlen:0", "-ext", "ku:c=keyCertSign,cRLSign"));
                write(folder.resolve(KEY), key(made), "rw-------");
                write(folder.resolve(CERTIFICATE), certificate(made), "rw-r--r--");
                return new TlsAuthority(folder, made);
            });
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    /**
     * The one that is there.
     *
     * @throws RefusedException ENOENT if there is none
     */
    public static TlsAuthority in(Path folder) {
        if (!Files.exists(folder.resolve(KEY))) {
            throw new RefusedException(
                    Errno.ENOENT, "there is no CA in " + folder + ", no " + KEY, "vfio tls init DIR HOST makes one.");
        }
        return new TlsAuthority(folder, TlsIdentity.authority(folder.resolve(KEY), folder.resolve(CERTIFICATE)));
    }

    /**
     * Makes what a host needs, to be copied there.
     *
     * @param names what others call it, host names or addresses; the first is also the folder's name, and what {@code --migrate-peer} calls it
     * @return the folder
     * @throws RefusedException EEXIST if there is such a folder already; EINVAL for a name that no host can have
     */
    public Path add(List<String> names, int days) {
        requireDays(days);
        names.forEach(TlsAuthority::requireName);
        String host = names.getFirst();
        Path made = folder.resolve(host);
        if (Files.exists(made)) {
            throw new RefusedException(
                    Errno.EEXIST,
                    made + " is there already",
                    "To make it anew, with new keys, move that folder away first.");
        }
        String alternatives = "san="
                + String.join(",", names.stream().map(TlsAuthority::alternative).toList());
        try {
            return inScratch(folder, scratch -> {
                Keytool keytool = Keytool.in(scratch);
                keytool.put(ca);
                Path filled = Files.createDirectory(scratch.resolve("host"), mode("rwx------"));
                write(filled.resolve(CERTIFICATE), certificate(ca), "rw-r--r--");
                for (String side : List.of("server", "client")) {
                    Keytool.Made one = keytool.make(
                            side,
                            host,
                            days,
                            List.of(
                                    "-signer",
                                    Keytool.CA,
                                    "-ext",
                                    alternatives,
                                    "-ext",
                                    "eku=" + side + "Auth",
                                    "-ext",
                                    "ku:c=digitalSignature",
                                    "-ext",
                                    "bc:c=ca:false"));
                    write(filled.resolve(side + "-key.pem"), key(one), "rw-------");
                    write(filled.resolve(side + "-cert.pem"), certificate(one), "rw-r--r--");
                }
                return Files.move(filled, made, StandardCopyOption.ATOMIC_MOVE);
            });
        } catch (IOException e) {
            throw unwritable(made, e);
        }
    }

    /** EINVAL for what no host is called. */
    public static void requireName(String name) {
        if (!name.matches(ADDRESS) && !(name.matches(HOST_NAME) && name.length() <= MAX_HOST_NAME)) {
            throw new RefusedException(
                    Errno.EINVAL,
                    "no host is called " + name,
                    "Name what others call it with --to: a host name or an address, and further ones behind commas.");
        }
    }

    private static void requireDays(int days) {
        if (days < 1 || days > MAX_DAYS) {
            throw new RefusedException(
                    Errno.EINVAL, "certificates are valid for 1 to " + MAX_DAYS + " days, not " + days, "");
        }
    }

    private static String alternative(String name) {
        return (name.matches(ADDRESS) ? "ip:" : "dns:") + name;
    }

    private static byte[] certificate(Keytool.Made made) throws GeneralSecurityException {
        Certificate own = made.chain().getFirst();
        return pem("CERTIFICATE", own.getEncoded());
    }

    private static byte[] key(Keytool.Made made) {
        return pem("PRIVATE KEY", made.key().getEncoded());
    }

    private static byte[] pem(String what, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return ("-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** A file that nobody else could read at any time, if its mode says so. */
    private static void write(Path file, byte[] bytes, String mode) throws IOException {
        Files.createFile(file, mode(mode));
        Files.write(file, bytes, StandardOpenOption.WRITE);
    }

    private static FileAttribute<?> mode(String mode) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
    }

    /** What is done in a folder that goes afterwards. */
    private interface Work<T> {
        T in(Path scratch) throws IOException, GeneralSecurityException;
    }

    private static <T> T inScratch(Path folder, Work<T> work) throws IOException {
        Path scratch = Files.createTempDirectory(folder, ".making", mode("rwx------"));
        try {
            return work.in(scratch);
        } catch (GeneralSecurityException e) {
            throw new RefusedException(Errno.EIO, "cannot make a certificate: " + e.getMessage(), "");
        } finally {
            try (Stream<Path> left = Files.walk(scratch)) {
                for (Path path :
                        left.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static RefusedException unwritable(Path path, IOException e) {
        String why =
                e instanceof FileAlreadyExistsException ? "something is in the way" : String.valueOf(e.getMessage());
        return new RefusedException(Errno.EIO, "cannot write " + path + ": " + why, "");
    }
}
