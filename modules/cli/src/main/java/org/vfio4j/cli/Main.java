/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.vfio4j.linux.ErrnoException;
import picocli.CommandLine;

/** Where {@code vfio} starts. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        Console console = System.console();
        boolean terminal = Objects.nonNull(console) && console.isTerminal();
        boolean color = terminal && System.getenv("NO_COLOR") == null;
        int code = run(new Terminal(out, err, color), args);
        out.flush();
        err.flush();
        System.exit(code);
    }

    /** Runs one command line and returns its exit code; everything it prints goes through {@code terminal}. */
    static int run(Terminal terminal, String... args) {
        CommandLine line = new CommandLine(new VfioCommand(), new Wiring(terminal));
        line.setOut(terminal.out());
        line.setErr(terminal.err());
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                terminal.color() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpLongOptionsMaxWidth(28);
        line.setExecutionExceptionHandler((e, command, parsed) -> explain(terminal, e));
        return line.execute(args);
    }

    private static int explain(Terminal terminal, Exception e) throws Exception {
        if (e instanceof CommandException command) {
            terminal.error(command.what(), command.remedy());
            return command.exitCode();
        }
        if (e instanceof ErrnoException errno) {
            terminal.error(String.valueOf(errno.getMessage()), "");
            return ExitCode.ENVIRONMENT;
        }
        throw e;
    }
}
