/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The VM with the kernel's own samples, as {@code testbed/kernel-vm} runs it. */
final class KernelVm {
    private static final long PATIENCE_MINUTES = 20;

    private final Path project;
    private final List<String> options = new ArrayList<>();

    KernelVm(String... options) {
        this.project = Path.of("..").toAbsolutePath().normalize();
        this.options.addAll(List.of(options));
    }

    /** What a run in the VM left. */
    record Result(int exitCode, String out, String err) {}

    /** Runs {@code vfio} with these arguments inside. */
    Result vfio(String... arguments) throws IOException, InterruptedException {
        return run(List.of(), arguments);
    }

    /** Runs a shell script of the test resources inside, with {@code vfio} on its path and the contract suite under /share. */
    Result script(String name, String... arguments) throws IOException, InterruptedException {
        Path target = project.resolve("testbed/target");
        return run(
                List.of(
                        "--share", "suite=" + target.resolve("suite"),
                        "--share", "tests=" + target.resolve("test-classes"),
                        "--share", "main=" + target.resolve("classes"),
                        "--run",
                                project.resolve("testbed/src/test/guest")
                                        .resolve(name)
                                        .toString()),
                arguments);
    }

    private Result run(List<String> more, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(project.resolve("testbed/kernel-vm").toString());
        command.addAll(options);
        command.addAll(more);
        command.add("--");
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile("kernel-vm", ".out");
        Path err = Files.createTempFile("kernel-vm", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                process.destroy();
                process.waitFor();
                throw new AssertionError("the VM did not end: " + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }
}
