/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.plan.RenderNode;
import org.vfio4j.management.rule.Version;

/** What a machine has installed to run virtual machines with. It is looked up when it is asked for. */
final class Installed {
    /** Nobody can look: the devices are another machine's. */
    static final Installed ELSEWHERE = new Installed(null);

    private static final long BOUND_SECONDS = 5;
    private static final int LONGEST_ANSWER = 4096;

    /** The names under which distributions have QEMU. */
    private static final List<String> EMULATORS =
            List.of("qemu-system-x86_64", "qemu-system-s390x", "/usr/libexec/qemu-kvm", "qemu-kvm");

    private final @Nullable Path dev;

    private Installed(@Nullable Path dev) {
        this.dev = dev;
    }

    /** This machine, whose device nodes are in {@code dev}. Only programs of its own path are run, never one that a file names. */
    static Installed here(Path dev) {
        return new Installed(dev);
    }

    /** QEMU's version; null if there is none, or it does not tell. */
    @Nullable
    Version qemu() {
        Version found = null;
        for (String emulator : EMULATORS) {
            if (found == null && dev != null) {
                found = version(emulator, "--version").orElse(null);
            }
        }
        return found;
    }

    /** libvirt's version; null if there is none, or it does not tell. */
    @Nullable
    Version libvirt() {
        return dev == null
                ? null
                : version("virsh", "--version")
                        .or(() -> version("libvirtd", "--version"))
                        .orElse(null);
    }

    /** The first of its GPU nodes. */
    RenderNode renderNode() {
        return dev == null ? new RenderNode.Unknown() : renderNode(dev.resolve("dri"));
    }

    private static Optional<Version> version(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
            try {
                if (!process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    return Optional.empty();
                }
                byte[] answer = process.getInputStream().readNBytes(LONGEST_ANSWER);
                return Version.find(new String(answer, StandardCharsets.UTF_8));
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static RenderNode renderNode(Path folder) {
        if (!Files.isDirectory(folder)) {
            return new RenderNode.None();
        }
        try (DirectoryStream<Path> nodes = Files.newDirectoryStream(folder, "renderD*")) {
            Path first = null;
            for (Path node : nodes) {
                if (first == null || node.compareTo(first) < 0) {
                    first = node;
                }
            }
            return first == null ? new RenderNode.None() : new RenderNode.At(first.toString());
        } catch (IOException e) {
            return new RenderNode.Unknown();
        }
    }
}
