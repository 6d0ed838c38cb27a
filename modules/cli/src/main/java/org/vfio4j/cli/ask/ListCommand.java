/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.ask;

import java.util.Arrays;
import java.util.List;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FindingList;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostColumn;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.Source;
import org.vfio4j.management.control.DefinedDevice;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.definition.Definition;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.snapshot.Json;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio list}. */
public final class ListCommand implements Command {
    /** What list and probe say where there is nothing. */
    static final String NONE = "There is no VFIO device on this host. See vfio types for which could be made.";

    private static final String DEFINED = "--defined";

    @Override
    public String name() {
        return "list";
    }

    @Override
    public String summary() {
        return "The VFIO devices of a host, and who uses them";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio list",
                        "vfio list [-d] [--host HOST] [--run-dir DIR] [-o FORM]",
                        "Shows the VFIO devices of a host: mediated, PCI and platform ones. Opens none of them.",
                        "",
                        "Whether a device is in use is seen by looking through the processes, for which it takes root to"
                                + " see all of them.")
                .addOption(Options.flag("the running user-space host's definitions instead", "-d", DEFINED)
                        .build())
                .addOption(HostOption.spec())
                .addOption(FolderOptions.run())
                .addOption(OutputOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio list                            of this machine",
                                "vfio list --host node7.json          of another, from its snapshot",
                                "vfio list -o json | jq -r '.devices[] | select(.in_use == false) | .device'"),
                        "0  fine, also where there are none",
                        "2  the command line was wrong",
                        "3  not possible here: no VFIO, no such host"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        if (line.hasMatchedOption(DEFINED)) {
            return defined(form, line, world);
        }
        try (Source source = HostOption.openWithVfio(line, world)) {
            Inventory inventory = source.inventory();
            HostColumn hosts = new HostColumn(source);
            form.print(
                    world.terminal(),
                    () -> hosts.json(Json.list(source.kind(), inventory), "devices", inventory.devices()),
                    () -> table(world.terminal(), hosts, inventory));
            return ExitCode.OK;
        }
    }

    private static int defined(OutputOption.Form form, ParseResult line, World world) {
        if (HostOption.isGivenButUser(line)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "only the running user-space host's definitions can be shown",
                    "Leave out --host. For the kernel's: mdevctl list --defined.");
        }
        try (RunningHost host = FolderOptions.require(line, world)) {
            RunningHost.Defined defined = host.defined();
            Terminal terminal = world.terminal();
            form.print(
                    terminal,
                    () -> {
                        ObjectNode document = Json.document("user");
                        ArrayNode definitions = document.putArray("definitions");
                        defined.devices().forEach(d -> definitions.add(d.json()));
                        Json.findings(document.putArray("findings"), defined.findings());
                        return document;
                    },
                    () -> definedTable(terminal, defined));
            return ExitCode.OK;
        }
    }

    private static void definedTable(Terminal terminal, RunningHost.Defined defined) {
        if (defined.devices().isEmpty()) {
            terminal.out().println("Nothing is defined. See vfio define --help.");
        } else {
            Table table = new Table("DEVICE", "PARENT", "TYPE", "START", "ACTIVE", "ATTRIBUTES");
            for (DefinedDevice device : defined.devices()) {
                Definition definition = device.definition();
                table.row(
                        definition.uuid().toString(),
                        definition.parent(),
                        definition.type(),
                        definition.start().word(),
                        device.isActive() ? "yes" : "no",
                        String.join(
                                ", ",
                                definition.attributes().stream()
                                        .map(a -> a.name() + "=" + a.value())
                                        .toList()));
            }
            table.print(terminal);
        }
        FindingList.print(terminal, defined.findings());
    }

    private static void table(Terminal terminal, HostColumn hosts, Inventory inventory) {
        if (inventory.devices().isEmpty()) {
            terminal.out().println(NONE);
        } else {
            boolean served =
                    inventory.devices().stream().anyMatch(d -> d.socket().isPresent());
            Table table = hosts.table(
                    cells(served, "DEVICE", "KIND", "PARENT", "TYPE", "DRIVER", "GROUP", "IN USE", "SOCKET"));
            for (HostDevice device : inventory.devices()) {
                hosts.row(
                        table,
                        device,
                        cells(
                                served,
                                device.name(),
                                device.kind().word(),
                                device.parent().orElse(""),
                                device.type().orElse(""),
                                device.driver().orElse("none"),
                                device.group().isPresent()
                                        ? String.valueOf(device.group().getAsInt())
                                        : "none",
                                inUse(device.usage()),
                                device.socket().orElse("")));
            }
            table.print(terminal);
        }
        FindingList.print(terminal, inventory.findings());
    }

    /** The last column is there only where some device has a socket. */
    private static String[] cells(boolean withLast, String... all) {
        return withLast ? all : Arrays.copyOf(all, all.length - 1);
    }

    private static String inUse(Usage usage) {
        return switch (usage.state()) {
            case FREE -> "no";
            case UNKNOWN -> "unknown";
            case IN_USE -> {
                List<String> holders =
                        usage.holders().stream().map(Usage.Holder::toString).toList();
                yield holders.isEmpty() ? "yes" : "by " + String.join(", ", holders);
            }
        };
    }
}
