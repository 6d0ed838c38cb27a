/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.StandardOutput;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.explain.Explanations;
import org.vfio4j.management.host.RefusedException;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Where {@code vfio} starts. */
public final class Main {
    private Main() {}

    /**
     * The launcher says whether the standard output and the standard error are terminals ({@code -Dvfio4j.terminal=true}, {@code
     * -Dvfio4j.progress=true}): for it those are cheap questions.
     */
    public static void main(String[] args) {
        StandardOutput output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
        PrintWriter out = output.writer();
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        boolean color = Terminal.showsColor(Boolean.getBoolean("vfio4j.terminal"), System.getenv());
        boolean progress = Terminal.showsProgress(Boolean.getBoolean("vfio4j.progress"), System.getenv());
        Terminal terminal = new Terminal(out, err, color, progress);
        int code = runToTheEnd(World.of(terminal), args);
        out.flush();
        if (output.failure().isPresent()) {
            terminal.error(
                    "the output could not be written: " + output.failure().get(), "");
            code = ExitCode.ENVIRONMENT;
        }
        err.flush();
        // Not exit(): it starts the logging system to log that it exits, for a tenth of all the time that a command
        // takes.
        Runtime.getRuntime().halt(code);
    }

    private static int runToTheEnd(World world, String... args) {
        try {
            return run(world, args);
        } catch (RuntimeException | Error e) {
            world.terminal().error("this is a mistake of vfio4j's own; please report it with what follows", "");
            e.printStackTrace(world.terminal().err());
            return ExitCode.INTERNAL;
        }
    }

    /** Runs one command line and returns its exit code; everything it prints goes through the world's terminal. */
    static int run(World world, String... args) {
        Terminal terminal = world.terminal();
        try {
            List<Command> commands = AllCommands.inOrder();
            if (args.length > 0 && args[0].equals(Completion.NAME)) {
                return Completion.run(world, commands, Arrays.copyOfRange(args, 1, args.length));
            }
            if (args.length > 0 && args[0].equals("help")) {
                return help(world, commands, Arrays.copyOfRange(args, 1, args.length));
            }
            if (args.length == 0 || args[0].startsWith("-")) {
                return TopLevel.run(terminal, args);
            }
            return run(world, find("", commands, args[0]), Arrays.copyOfRange(args, 1, args.length));
        } catch (CommandException e) {
            fail(terminal, e.what(), e.remedy());
            return e.exitCode();
        } catch (RefusedException e) {
            fail(terminal, e.getMessage(), e.remedy());
            return ExitCode.of(e);
        } catch (ErrnoException e) {
            fail(terminal, e.getMessage(), e.remedy());
            return ExitCode.ENVIRONMENT;
        } finally {
            terminal.out().flush();
        }
    }

    private static int help(World world, List<Command> commands, String... args) {
        return args.length == 0 || args[0].equals("help") || args[0].startsWith("-")
                ? TopLevel.run(world.terminal(), "--help")
                : run(world, find("", commands, args[0]), help(Arrays.copyOfRange(args, 1, args.length)));
    }

    private static String[] help(String... part) {
        String[] line = Arrays.copyOf(part, part.length + 1);
        line[part.length] = "--help";
        return line;
    }

    private static int run(World world, Command command, String... args) {
        if (args.length > 0 && !command.parts().isEmpty() && !args[0].startsWith("-")) {
            return run(
                    world,
                    find(command.name() + " ", command.parts(), args[0]),
                    Arrays.copyOfRange(args, 1, args.length));
        }
        CommandLine line = commandLine(command, world.terminal());
        ParseResult parsed = parse(line, args);
        if (parsed.isUsageHelpRequested()) {
            line.usage(world.terminal().out());
            return ExitCode.OK;
        }
        SetOptions set = SetOptions.of(command.name(), parsed, world);
        try {
            return command.run(set.isEmpty() ? parsed : parse(line, set.before(args)), world);
        } catch (CommandException e) {
            throw set.named(e);
        }
    }

    private static ParseResult parse(CommandLine line, String... args) {
        try {
            return line.parseArgs(args);
        } catch (ParameterException e) {
            throw new CommandException(
                    ExitCode.USAGE, reason(e), "See " + line.getCommandSpec().name() + " --help.");
        }
    }

    /** Where the command itself knows no remedy, the failure may pass on somebody's text that is known. */
    private static void fail(Terminal terminal, @Nullable String what, String remedy) {
        String text = String.valueOf(what);
        terminal.error(text, remedy.isEmpty() ? known(text) : remedy);
    }

    private static String known(String text) {
        return text.length() > Explanations.MAX_LENGTH
                ? ""
                : Explanations.builtIn().of(text).stream()
                        .filter(one -> !one.isHarmless())
                        .findFirst()
                        .map(one -> one.cause() + " " + one.remedy())
                        .orElse("");
    }

    private static String reason(ParameterException e) {
        return switch (e) {
            case UnmatchedArgumentException u
            when u.isUnknownOption() -> "there is no option " + u.getUnmatched().getFirst();
            case UnmatchedArgumentException u -> "too many arguments: " + String.join(" ", u.getUnmatched());
            case OverwrittenOptionException o -> o.getOverwritten().toString() + " is given twice";
            case MissingParameterException m -> m.getMissing().getFirst().toString() + " needs a value";
            default -> String.valueOf(e.getMessage());
        };
    }

    /** What reads the command's arguments and prints its help. */
    private static CommandLine commandLine(Command command, Terminal terminal) {
        CommandLine line = new CommandLine(command.describe());
        line.setColorScheme(CommandLine.Help.defaultColorScheme(terminal.color() ? Ansi.ON : Ansi.OFF));
        line.setExpandAtFiles(false);
        return line;
    }

    private static Command find(String group, List<Command> commands, String name) {
        Optional<Command> known =
                commands.stream().filter(c -> c.name().equals(name)).findFirst();
        return known.orElseThrow(() -> new CommandException(
                ExitCode.USAGE,
                "there is no command " + group + name,
                "There are: "
                        + String.join(", ", commands.stream().map(Command::name).toList())
                        + ". See vfio " + group + "--help."));
    }
}
