/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.Source;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * {@code vfio complete INDEX WORD...}, which shells ask when a user presses the tab key: what the word at INDEX could become, a line each, with
 * the devices, parents and types that are there. The line {@code :files} says that file names are meant too. It never fails: where nothing can
 * be said, it says nothing.
 */
final class Completion {
    static final String NAME = "complete";
    private static final String FILES = ":files";

    private final World world;
    private final List<Command> commands;

    private Completion(World world, List<Command> commands) {
        this.world = world;
        this.commands = commands;
    }

    /** Takes the index and the words, the first of which is {@code vfio} itself. */
    static int run(World world, List<Command> commands, String... arguments) {
        if (arguments.length > 0) {
            List<String> words = List.of(arguments).subList(1, arguments.length);
            try {
                int index = Math.min(Integer.parseUnsignedInt(arguments[0]), words.size());
                new Completion(world, commands)
                        .candidates(words.subList(0, index), index < words.size() ? words.get(index) : "")
                        .forEach(world.terminal().out()::println);
            } catch (NumberFormatException e) {
                return ExitCode.USAGE;
            }
        }
        return ExitCode.OK;
    }

    private List<String> candidates(List<String> before, String typed) {
        if (before.size() < 2) {
            return having(
                    typed,
                    Stream.concat(commands.stream().map(Command::name), Stream.of("help", "--help", "--version")));
        }
        if (before.get(1).equals("help")) {
            return having(typed, commands.stream().map(Command::name));
        }
        Optional<Command> command =
                commands.stream().filter(c -> c.name().equals(before.get(1))).findFirst();
        return command.map(c -> ofCommand(c, before.subList(2, before.size()), typed))
                .orElse(List.of());
    }

    /** The name of one of its parts comes first, where it has such. */
    private List<String> ofCommand(Command command, List<String> before, String typed) {
        if (command.parts().isEmpty() || (before.isEmpty() && typed.startsWith("-"))) {
            return ofCommand(command.describe(), before, typed);
        }
        if (before.isEmpty()) {
            return having(typed, command.parts().stream().map(Command::name));
        }
        return command.parts().stream()
                .filter(part -> part.name().equals(before.getFirst()))
                .findFirst()
                .map(part -> ofCommand(part, before.subList(1, before.size()), typed))
                .orElse(List.of());
    }

    private List<String> ofCommand(CommandSpec spec, List<String> before, String typed) {
        if (before.contains("--")) {
            return List.of(FILES);
        }
        // bash makes a word of its own of each "=".
        boolean equals = typed.equals("=");
        String value = equals ? "" : typed;
        List<String> words = equals || before.isEmpty() || !before.getLast().equals("=")
                ? before
                : before.subList(0, before.size() - 1);
        Optional<OptionSpec> option = words.isEmpty() ? Optional.empty() : valued(spec, words.getLast());
        if (option.isPresent()) {
            return having(value, values(option.get()));
        }
        int assigned = typed.indexOf('=');
        if (typed.startsWith("--") && assigned > 0) {
            String name = typed.substring(0, assigned);
            return valued(spec, name)
                    .map(o -> having(typed, values(o).map(v -> v.equals(FILES) ? v : name + "=" + v)))
                    .orElse(List.of());
        }
        if (typed.startsWith("-")) {
            return having(
                    typed,
                    spec.options().stream()
                            .filter(o ->
                                    o.isMultiValue() || Arrays.stream(o.names()).noneMatch(words::contains))
                            .map(OptionSpec::longestName));
        }
        return having(value, spec.positionalParameters().stream().flatMap(this::values));
    }

    /** The option of that name, if it takes a value. */
    private static Optional<OptionSpec> valued(CommandSpec spec, String name) {
        return Optional.ofNullable(spec.findOption(name))
                .filter(o -> name.startsWith("-") && o.arity().max() > 0);
    }

    private Stream<String> values(ArgSpec argument) {
        if (argument.completionCandidates() != null) {
            List<String> candidates = new ArrayList<>();
            argument.completionCandidates().forEach(candidates::add);
            return argument.paramLabel().equals("HOST")
                    ? Stream.concat(candidates.stream(), Stream.of(FILES))
                    : candidates.stream();
        }
        return switch (argument.paramLabel()) {
            case "DEVICE", "UUID" -> devices();
            case "PARENT" -> parents(parent -> Stream.of(parent.name()));
            case "TYPE" -> parents(parent -> parent.types().stream().map(MdevParent.Type::id));
            case "FORMAT" -> Stream.of("libvirt", "qemu", "json");
            case "COMMAND", "HOST", "FILE", "FILE.png", "DIR", "PATH", "SOCKET" -> Stream.of(FILES);
            default -> argument instanceof PositionalParamSpec ? Stream.of(FILES) : Stream.empty();
        };
    }

    private Stream<String> devices() {
        return asked(source -> source.inventory().devices().stream().map(HostDevice::name));
    }

    private Stream<String> parents(Function<MdevParent, Stream<String>> names) {
        return asked(source -> source.types().parents().stream().flatMap(names));
    }

    /** What this machine answers; nothing if it cannot be asked. */
    private Stream<String> asked(Function<Source, Stream<String>> question) {
        CommandSpec anyHost = CommandSpec.create().addOption(HostOption.spec()).addOption(FolderOptions.run());
        try (Source source = HostOption.open(new picocli.CommandLine(anyHost).parseArgs(), world)) {
            return question.apply(source).toList().stream();
        } catch (CommandException | ErrnoException e) {
            return Stream.empty();
        }
    }

    private static List<String> having(String prefix, Stream<String> words) {
        return List.copyOf(new TreeSet<>(
                words.filter(w -> w.startsWith(prefix) || w.equals(FILES)).toList()));
    }
}
