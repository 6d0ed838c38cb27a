/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.ask;

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
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.snapshot.Json;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio types}. */
public final class TypesCommand implements Command {
    @Override
    public String name() {
        return "types";
    }

    @Override
    public String summary() {
        return "Which mediated devices can be made, and how many more";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio types",
                        "vfio types [--parent PARENT] [--host HOST] [--run-dir DIR] [-o FORM]",
                        "Shows which types of mediated devices can be made, on which parent, and how many more of each.")
                .addOption(Options.value("PARENT", "only this parent's types", "-p", "--parent")
                        .build())
                .addOption(HostOption.spec())
                .addOption(FolderOptions.run())
                .addOption(OutputOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio types                           of this machine",
                                "vfio types --parent 0000:00:02.0     of one parent",
                                "vfio types --host demo               of the sample drivers, on any machine",
                                "vfio types -o json | jq -r '.parents[].types[].type'"),
                        "0  fine, also where there are none",
                        "2  the command line was wrong",
                        "3  not possible here: no VFIO, no such parent, no such host"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        try (Source source = HostOption.openWithVfio(line, world)) {
            Inventory inventory = only(line.matchedOptionValue("--parent", ""), source.types());
            HostColumn hosts = new HostColumn(source);
            form.print(
                    world.terminal(),
                    () -> hosts.json(Json.types(source.kind(), inventory), "parents", inventory.parents()),
                    () -> table(world.terminal(), hosts, inventory));
            return ExitCode.OK;
        }
    }

    private static Inventory only(String parent, Inventory all) {
        if (parent.isEmpty()) {
            return all;
        }
        List<MdevParent> parents =
                all.parents().stream().filter(p -> p.name().equals(parent)).toList();
        if (parents.isEmpty()) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT, "there is no parent " + parent, "See vfio types for all that this host has.");
        }
        return new Inventory(parents, List.of(), all.findings());
    }

    private static void table(Terminal terminal, HostColumn hosts, Inventory inventory) {
        if (inventory.parents().isEmpty()) {
            terminal.out().println("No driver on this host offers mediated devices.");
        } else {
            Table table = hosts.table("PARENT", "TYPE", "AVAILABLE", "NAME", "DESCRIPTION");
            for (MdevParent parent : inventory.parents()) {
                for (MdevParent.Type type : parent.types()) {
                    hosts.row(
                            table,
                            parent,
                            parent.name(),
                            type.id(),
                            type.available().map(String::valueOf).orElse("unknown"),
                            type.name().orElse(""),
                            type.description().orElse(""));
                }
            }
            table.print(terminal);
        }
        FindingList.print(terminal, inventory.findings());
    }
}
