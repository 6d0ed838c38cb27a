/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The VM with the kernel's own samples, as {@code testbed/kernel-vm} runs it. */
final class KernelVm {
    private static final long PATIENCE_MINUTES = 30;

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

    /**
     * Runs several scripts one after the other in one VM, as {@link #script} does.
     *
     * @param steps a script's name and its arguments, with spaces between; {@code vfio} is one too
     * @return what each of them left
     */
    Map<String, Result> scripts(List<String> steps) throws IOException, InterruptedException {
        options.addAll(List.of("--share", "guest=" + project.resolve("testbed/src/test/guest")));
        Result all = script("several", steps.toArray(String[]::new));
        assertThat(all.exitCode()).as(all.out() + all.err()).isZero();
        List<String> parts =
                Arrays.stream(all.out().split("(?m)^step ", -1)).skip(1).toList();
        assertThat(parts).as(all.err()).hasSameSizeAs(steps);
        Map<String, Result> results = new LinkedHashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            String part = parts.get(i);
            int code = Integer.parseInt(part.lines().findFirst().orElse(""));
            results.put(steps.get(i), new Result(code, text(part, "out "), text(part, "err ")));
        }
        return results;
    }

    private static String text(String part, String mark) {
        String base64 = part.lines()
                .filter(line -> line.startsWith(mark))
                .map(line -> line.substring(mark.length()))
                .collect(Collectors.joining());
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
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
