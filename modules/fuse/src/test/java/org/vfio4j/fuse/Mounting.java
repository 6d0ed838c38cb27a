/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the tests that mount need, and how they run programs. */
final class Mounting {
    private Mounting() {}

    static void needsRoot() {
        assumeTrue(User.current().isRoot(), "mounts: needs root");
        assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "mounts: needs /dev/fuse");
    }

    /** What a program wrote, both streams in one, and how it ended. */
    record Result(int code, String output) {}

    static Result run(String... command) throws IOException, InterruptedException {
        return run(List.of(command));
    }

    static Result run(List<String> command) throws IOException, InterruptedException {
        File output = File.createTempFile("mounting", ".out");
        try {
            int code = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output)
                    .start()
                    .waitFor();
            return new Result(code, Files.readString(output.toPath()));
        } finally {
            Files.delete(output.toPath());
        }
    }

    static Process start(String... command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A line of bash; $1 and on are {@code arguments}. */
    static Result bash(String line, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("env", "LC_ALL=C", "bash", "-c", line, "bash"));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return run(command);
    }
}
