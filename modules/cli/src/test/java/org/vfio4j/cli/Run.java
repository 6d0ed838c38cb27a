/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.function.Supplier;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.host.Commands;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.UserHost;

/**
 * What a command line printed and ended with.
 *
 * @param out to the standard output
 * @param err to the standard error
 * @param code the exit code
 */
public record Run(String out, String err, int code) {
    private static final Instant NOW = Instant.parse("2026-11-23T10:15:30Z");

    /** On a machine whose tree is in {@code machine}. */
    static Run on(Path machine, String... args) {
        return on(machine, UserHost::demo, false, args);
    }

    /** The same with something on the standard input. */
    static Run reading(byte[] input, String... args) {
        return on(Tree.SAMPLES, UserHost::demo, false, new ByteArrayInputStream(input), args);
    }

    static Run on(Path machine, Supplier<Host> demo, boolean color, String... args) {
        return on(machine, demo, color, InputStream.nullInputStream(), args);
    }

    private static Run on(Path machine, Supplier<Host> demo, boolean color, InputStream input, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), color);
        int code = Main.run(
                new World(
                        terminal,
                        input,
                        Root.at(machine),
                        demo,
                        Clock.fixed(NOW, ZoneOffset.UTC),
                        Map.of("VFIO4J_RUN_DIR", "no-such-folder", "VFIO4J_STATE_DIR", "no-such-state"),
                        Commands.NONE),
                args);
        return new Run(out.toString(), err.toString(), code);
    }

    /** All of it, for a golden file. */
    String transcript(String... args) {
        StringBuilder all = new StringBuilder("$ vfio");
        for (String arg : args) {
            all.append(' ').append(arg.isEmpty() || arg.contains(" ") ? "'" + arg + "'" : arg);
        }
        all.append('\n').append(out);
        err.lines().forEach(line -> all.append("stderr: ").append(line).append('\n'));
        return all.append("exit ").append(code).append('\n').toString();
    }
}
