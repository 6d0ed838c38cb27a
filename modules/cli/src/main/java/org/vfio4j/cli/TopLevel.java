/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.PrintWriter;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.Style;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.Version;

/** {@code vfio} without a command: its help and its version. */
final class TopLevel {
    private TopLevel() {}

    static int run(Terminal terminal, String... args) {
        if (args.length == 0) {
            print(terminal, terminal.err());
            return ExitCode.USAGE;
        }
        switch (args[0]) {
            case "-h", "--help" -> print(terminal, terminal.out());
            case "-V", "--version" -> terminal.out().println(Version.text());
            default ->
                throw new CommandException(
                        ExitCode.USAGE,
                        "there is no option " + args[0] + " before a command",
                        "Options follow the command: vfio COMMAND " + args[0] + ". See vfio --help.");
        }
        return ExitCode.OK;
    }

    private static void print(Terminal terminal, PrintWriter out) {
        out.println("Usage: vfio COMMAND [OPTIONS]");
        out.println();
        out.println("Tells what a VFIO device can do before a virtual machine opens it.");
        for (AllCommands.Section section : AllCommands.sections()) {
            section(terminal, out, section.title() + ":");
            for (Command command : section.commands()) {
                item(terminal, out, command.name(), command.summary());
            }
        }
        item(terminal, out, "help", "Explains a command: vfio help COMMAND, or vfio COMMAND --help");
        section(terminal, out, "Options:");
        item(terminal, out, "-h, --help", "Show this help and exit");
        item(terminal, out, "-V, --version", "Show the version and exit");
        section(terminal, out, "Start with:");
        item(terminal, out, "vfio demo", "what it is about, on any machine, without root");
        item(terminal, out, "vfio probe", "what the VFIO devices of this machine can do");
        section(terminal, out, "Exit codes:");
        out.println("  0  fine");
        out.println("  1  something cannot work, or could not be told");
        out.println("  2  the command line was wrong");
        out.println("  3  not possible here: no such device, no /dev/vfio, no permission");
    }

    private static void section(Terminal terminal, PrintWriter out, String heading) {
        out.println();
        out.println(Style.HEADING.apply(heading, terminal.color()));
    }

    private static void item(Terminal terminal, PrintWriter out, String name, String text) {
        out.print("  ");
        out.print(Style.NAME.apply(name, terminal.color()));
        out.print(" ".repeat(15 - name.length()));
        out.println(text);
    }
}
