/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vfio4j.linux.Errno;

/**
 * Runs a command that sees a host's tree as its {@code /sys}. The rest of the system is as it is, and nobody but the command and what it
 * starts sees the difference. The mounts are made by util-linux's {@code unshare} and {@code mount}: a JVM has many threads, and a
 * process with many cannot leave its namespace.
 */
public final class MountNamespace {
    private static final String SCRIPT = "in-namespace.sh";

    private MountNamespace() {}

    /**
     * Runs the command on this process's stdin, stdout and stderr, and waits for it.
     *
     * <p>Root's command is root's; anybody else's runs in a user namespace, in which it takes itself for root.
     *
     * @param sys where the tree is mounted, see {@link SysfsMount#path()}
     * @param definitions the folder to be seen as {@code /etc/mdevctl.d}, which root's command makes if the system has none
     * @param command the program, found on the path, and its arguments
     * @return its exit code; 127 if there is no such program, 126 if it cannot be run, 128 and the signal's number if one ended it
     * @throws MountException if the namespace cannot be made; the command was not started then
     * @throws InterruptedException if the thread was, and the command has been told to end
     */
    public static int run(Path sys, Path definitions, List<String> command) throws InterruptedException {
        return run(new ProcessBuilder().inheritIO(), sys, definitions, command);
    }

    /** The same with the streams, the environment and the working directory of {@code builder}. */
    public static int run(ProcessBuilder builder, Path sys, Path definitions, List<String> command)
            throws InterruptedException {
        try {
            return inTemporary(builder, sys, definitions, command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int inTemporary(ProcessBuilder builder, Path sys, Path definitions, List<String> command)
            throws IOException, InterruptedException {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("no command");
        }
        Path work = Files.createTempDirectory("vfio-run");
        try {
            boolean root = User.current().isRoot();
            int code = await(builder.command(commandLine(root, work, sys, definitions, command)));
            if (!Files.exists(work.resolve("ready"))) {
                throw new MountException(
                        Errno.EPERM,
                        "the mount namespace for the command could not be made (mount says why on stderr)",
                        root
                                ? "Look whether this container may mount (CAP_SYS_ADMIN)."
                                : "Run this as root, or allow unprivileged user namespaces"
                                        + " (sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0).");
            }
            return code;
        } finally {
            // Our own entries one by one: whatever is mounted there elsewhere, nothing is ever removed below.
            Files.deleteIfExists(work.resolve("ready"));
            Files.deleteIfExists(work.resolve("sys"));
            Files.deleteIfExists(work);
        }
    }

    static List<String> commandLine(boolean root, Path work, Path sys, Path definitions, List<String> command) {
        List<String> line = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private"));
        if (!root) {
            line.add("--map-root-user");
        }
        line.addAll(List.of("--", "/bin/sh", "-c", script(), "vfio-run"));
        line.addAll(List.of(
                work.toString(),
                sys.toAbsolutePath().toString(),
                definitions.toAbsolutePath().toString(),
                String.join(" ", RealParts.PATHS)));
        line.addAll(command);
        return line;
    }

    private static int await(ProcessBuilder builder) throws InterruptedException {
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new MountException(
                    Errno.ENOENT,
                    "cannot start unshare: " + e.getMessage(),
                    "Install it (Debian, Ubuntu: apt install util-linux).");
        }
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            throw e;
        }
    }

    private static String script() {
        try (InputStream in = MountNamespace.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IllegalStateException(SCRIPT + " is not in the module");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
