/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.host.EmbeddedHost;
import org.vfio4j.management.host.KernelHost;
import org.vfio4j.management.snapshot.SnapshotReader;
import picocli.CommandLine.Option;

/** {@code --host}: which host is asked. */
final class HostOption {
    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "kernel",
            description = {
                "kernel: this machine's kernel (default).",
                "demo: a host inside this process with one device of every sample type.",
                "DIR: a captured tree, with sys, dev and proc in it.",
                "FILE: a snapshot, as vfio snapshot makes it."
            })
    private String host = "kernel";

    /** The host that was named; the caller closes it. */
    Source open() {
        if (host.equals("kernel")) {
            return new LiveSource(new KernelHost(Root.ofThisMachine()));
        }
        if (host.equals("demo")) {
            return new LiveSource(new EmbeddedHost());
        }
        Path path = Path.of(host);
        if (Files.isDirectory(path)) {
            if (!Files.isDirectory(path.resolve("sys"))) {
                throw new CommandException(
                        ExitCode.ENVIRONMENT,
                        host + " is no captured tree: there is no folder sys in it",
                        "Name the folder that holds sys, dev and proc.");
            }
            return new LiveSource(new KernelHost(Root.at(path)));
        }
        if (Files.isRegularFile(path)) {
            try {
                return new RecordedSource(SnapshotReader.read(Files.readAllBytes(path)));
            } catch (IOException e) {
                throw new CommandException(ExitCode.ENVIRONMENT, "cannot read " + host + ": " + e.getMessage(), "");
            }
        }
        throw new CommandException(
                ExitCode.ENVIRONMENT,
                "there is no host " + host,
                "Use kernel, demo, the folder of a captured tree, or the file of a snapshot.");
    }
}
