/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.Version;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Writes a manual page for every command, in man(7)'s language, from the descriptions that its help comes from: what a page says can be no
 * other than what the command does.
 */
final class ManualPages {
    private final String version;

    private ManualPages(String version) {
        this.version = version;
    }

    /** Takes the folder to write them to. */
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]), AllCommands.inOrder());
    }

    static void write(Path folder, List<Command> commands) throws IOException {
        ManualPages pages = new ManualPages(Version.number());
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("vfio.1"), pages.overview(commands));
        for (Command command : commands) {
            List<String> parts = command.parts().stream()
                    .map(part -> command.name() + "-" + part.name())
                    .toList();
            Files.writeString(
                    folder.resolve("vfio-" + command.name() + ".1"), pages.page(command.name(), command, parts));
            for (Command part : command.parts()) {
                String name = command.name() + "-" + part.name();
                Files.writeString(
                        folder.resolve("vfio-" + name + ".1"), pages.page(name, part, List.of(command.name())));
            }
        }
    }

    private String overview(List<Command> commands) {
        StringBuilder page = head("vfio", "tells what a VFIO device can do before a virtual machine opens it");
        section(page, "SYNOPSIS", "\\fBvfio\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]");
        page.append(".SH COMMANDS\n");
        for (Command command : commands) {
            item(page, "\\fBvfio-" + text(command.name()) + "\\fR(1)", text(command.summary()));
        }
        page.append(".SH EXIT STATUS\n");
        item(page, "0", "fine");
        item(page, "1", "something cannot work, or could not be told");
        item(page, "2", "the command line was wrong");
        item(page, "3", "not possible here: no such device, no /dev/vfio, no permission");
        page.append(".SH FILES\n");
        item(page, "/etc/vfio4j/vfio.conf, ~/.config/vfio4j/vfio.conf", "settings, see \\fBvfio-config\\fR(1)");
        item(
                page,
                "/run/vfio4j, $XDG_RUNTIME_DIR/vfio4j",
                "the running host: its control socket and its devices' sockets");
        item(page, "/var/lib/vfio4j, ~/.local/state/vfio4j", "definitions of mediated devices");
        page.append(".SH ENVIRONMENT\n");
        item(page, "VFIO4J_RUN_DIR, VFIO4J_STATE_DIR, VFIO4J_CONFIG", "these folders, and a file of settings");
        item(page, "VFIO4J_\\fIOPTION\\fR, VFIO4J_\\fICOMMAND\\fR_\\fIOPTION\\fR", "an option's value");
        item(page, "NO_COLOR", "no colours, with any value but none");
        return page.toString();
    }

    /** The page of a command that is called {@code name} behind {@code vfio-}, and which others it points to. */
    private String page(String name, Command command, List<String> others) {
        CommandSpec spec = command.describe();
        UsageMessageSpec usage = spec.usageMessage();
        String summary = command.summary();
        StringBuilder page =
                head("vfio-" + name, summary.substring(0, 1).toLowerCase(Locale.ROOT) + summary.substring(1));
        page.append(".SH SYNOPSIS\n.nf\n");
        lines(usage.customSynopsis()).forEach(l -> page.append(text(l.strip())).append('\n'));
        page.append(".fi\n");
        section(
                page,
                "DESCRIPTION",
                lines(usage.description()).stream()
                        .map(l -> l.isBlank() ? ".PP" : text(l))
                        .collect(Collectors.joining("\n")));
        List<ArgSpec> parameters =
                spec.positionalParameters().stream().map(p -> (ArgSpec) p).toList();
        arguments(page, "PARAMETERS", parameters);
        arguments(page, "OPTIONS", spec.options().stream().map(o -> (ArgSpec) o).toList());
        footer(page, lines(usage.footer()));
        String see = Stream.concat(others.stream(), Stream.of("config"))
                .filter(other -> !other.equals(name))
                .map(other -> ", \\fBvfio\\-" + text(other) + "\\fR(1)")
                .collect(Collectors.joining());
        section(page, "SEE ALSO", "\\fBvfio\\fR(1)" + see);
        return page.toString();
    }

    private StringBuilder head(String name, String summary) {
        StringBuilder page = new StringBuilder();
        page.append(".TH ").append(name.toUpperCase(Locale.ROOT)).append(" 1 \"\" \"vfio4j ");
        page.append(text(version)).append("\" \"vfio4j\"\n.SH NAME\n");
        return page.append(text(name)).append(" \\- ").append(text(summary)).append('\n');
    }

    private static void section(StringBuilder page, String heading, String body) {
        page.append(".SH ").append(heading).append('\n').append(body).append('\n');
    }

    private static void item(StringBuilder page, String term, String body) {
        page.append(".TP\n").append(term).append('\n').append(body).append('\n');
    }

    private static void arguments(StringBuilder page, String heading, List<ArgSpec> arguments) {
        if (arguments.isEmpty()) {
            return;
        }
        page.append(".SH ").append(heading).append('\n');
        for (ArgSpec argument : arguments) {
            String label = "\\fI" + text(argument.paramLabel()) + "\\fR";
            String term = argument instanceof OptionSpec option
                    ? Arrays.stream(option.names())
                                    .map(n -> "\\fB" + text(n) + "\\fR")
                                    .collect(Collectors.joining(", "))
                            + (option.arity().max() > 0 ? " " + label : "")
                    : label;
            item(
                    page,
                    term,
                    String.join(
                            "\n.br\n",
                            lines(argument.description()).stream()
                                    .map(ManualPages::text)
                                    .toList()));
        }
    }

    /** The footer of {@link Command#footer}: examples and exit codes, each under its heading. */
    private static void footer(StringBuilder page, List<String> lines) {
        boolean open = false;
        for (String line : lines) {
            if (line.isBlank()) {
                continue;
            }
            if (line.startsWith(" ")) {
                page.append(text(line.strip())).append('\n');
                continue;
            }
            page.append(open ? ".fi\n" : "");
            open = true;
            String heading = line.startsWith("Exit")
                    ? "EXIT STATUS"
                    : line.replace(":", "").toUpperCase(Locale.ROOT);
            page.append(".SH ").append(heading).append("\n.nf\n");
        }
        page.append(open ? ".fi\n" : "");
    }

    /** What picocli prints of these texts, which it takes for formats. */
    private static List<String> lines(String... formats) {
        return Arrays.stream(formats)
                .map(format -> String.format(format))
                .flatMap(text -> text.isEmpty() ? Stream.of("") : text.lines())
                .toList();
    }

    /** The text so that roff takes nothing in it for a command. */
    private static String text(String plain) {
        String escaped = plain.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq");
        return escaped.startsWith(".") ? "\\&" + escaped : escaped;
    }
}
