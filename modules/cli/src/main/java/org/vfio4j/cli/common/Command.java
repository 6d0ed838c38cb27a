/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * One of the commands of {@code vfio}. It describes itself to picocli by calls, not by annotations: reading those takes longer than all the
 * rest of a start.
 */
public interface Command {
    /** What it is called on the command line. */
    String name();

    /** What it does, in the half line that {@code vfio --help} has for it. */
    String summary();

    /** Its options, its parameters and the texts of its help. */
    CommandSpec describe();

    /** The commands that are called after this one's name, such as {@code fleet list}; most have none. */
    default List<Command> parts() {
        return List.of();
    }

    /** Does it, and returns the exit code. */
    int run(ParseResult line, World world);

    /** The description of a command, to which it adds its options: its name, --help, and the layout that all help has. */
    static CommandSpec spec(String name, String synopsis, String... description) {
        CommandSpec spec = CommandSpec.create().name(name).addOption(Options.help());
        spec.usageMessage()
                .customSynopsis(synopsis)
                .synopsisHeading("Usage: ")
                .descriptionHeading("%n")
                .description(description)
                .parameterListHeading("%nParameters:%n")
                .optionListHeading("%nOptions:%n")
                .width(Options.WIDTH)
                .longOptionsMaxWidth(24);
        return spec;
    }

    /** What stands at the end of a command's help. */
    static String[] footer(List<String> examples, String... exitCodes) {
        List<String> lines = new ArrayList<>();
        section(lines, "Examples:", examples);
        section(lines, "Exit codes:", List.of(exitCodes));
        return lines.toArray(String[]::new);
    }

    /** The same of a command that has others below it, which come first. */
    static String[] footer(Command command, List<String> examples, String... exitCodes) {
        List<String> lines = new ArrayList<>();
        section(
                lines,
                "Commands:",
                command.parts().stream()
                        .map(p -> String.format("%-10s %s", p.name(), p.summary()))
                        .toList());
        section(lines, "Examples:", examples);
        section(lines, "Exit codes:", List.of(exitCodes));
        return lines.toArray(String[]::new);
    }

    private static void section(List<String> lines, String heading, List<String> content) {
        lines.add("");
        lines.add(heading);
        content.forEach(line -> lines.add("  " + line));
    }
}
