/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.settings.Setting;
import org.vfio4j.cli.settings.Settings;
import org.vfio4j.cli.settings.SettingsException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Options that are not on the command line but set in the environment or a file, as arguments of a command.
 *
 * @param arguments {@code --option=value}
 * @param settings where each of them is from
 */
record SetOptions(List<String> arguments, List<Setting> settings) {
    /** The option's name as a setting has it. */
    static String key(OptionSpec option) {
        return option.longestName().replaceFirst("^--?", "");
    }

    /** This machine's settings, or the end of a command that cannot have them. */
    static Settings settings(World world) {
        try {
            return Settings.of(world.environment(), world.root().base());
        } catch (SettingsException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    String.valueOf(e.getMessage()),
                    "A line there reads KEY = VALUE, such as output = json; see vfio config --help.");
        }
    }

    /** What is set of a command's options that its line does not have. */
    static SetOptions of(String command, ParseResult line, World world) {
        Settings settings = settings(world);
        List<String> arguments = new ArrayList<>();
        List<Setting> used = new ArrayList<>();
        for (OptionSpec option : line.commandSpec().options()) {
            if (!line.hasMatchedOption(option)) {
                for (Setting setting : settings.of(command, key(option))) {
                    used.add(setting);
                    argument(option, setting).forEach(arguments::add);
                }
            }
        }
        return new SetOptions(List.copyOf(arguments), List.copyOf(used));
    }

    boolean isEmpty() {
        return arguments.isEmpty();
    }

    /** The whole line: what is set, then what was typed. */
    String[] before(String... typed) {
        return Stream.concat(arguments.stream(), Stream.of(typed)).toArray(String[]::new);
    }

    /** The same end of the command; if it is about a value that was set elsewhere, its remedy says where. */
    CommandException named(CommandException end) {
        List<String> places = settings.stream()
                .filter(s -> end.exitCode() == ExitCode.USAGE && end.what().contains(s.value()))
                .map(s -> "\"" + s.value() + "\" is set by " + s.origin() + ".")
                .toList();
        return places.isEmpty()
                ? end
                : new CommandException(
                        end.exitCode(), end.what(), (end.remedy() + " " + String.join(" ", places)).strip());
    }

    private static Stream<String> argument(OptionSpec option, Setting setting) {
        String name = option.longestName();
        if (option.arity().max() > 0) {
            return Stream.of(name + "=" + setting.value());
        }
        return switch (setting.value().toLowerCase(Locale.ROOT)) {
            case "yes", "true", "on", "1" -> Stream.of(name);
            case "no", "false", "off", "0" -> Stream.empty();
            default ->
                throw new CommandException(
                        ExitCode.USAGE,
                        setting.origin() + ": " + setting.key() + " is yes or no, not \"" + setting.value() + "\"",
                        "");
        };
    }
}
