/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.fleet.question.Change;
import org.vfio4j.fleet.question.WhatIf;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio fleet what-if}. */
final class FleetWhatIfCommand implements Command {
    private static final String SET = "--set";
    private static final String DRIVER = "--driver";

    @Override
    public String name() {
        return "what-if";
    }

    @Override
    public String summary() {
        return "what an update of some hosts would break and free";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = FleetOptions.addRules(Command.spec(
                                "vfio fleet what-if",
                                "vfio fleet what-if --set WHAT=VALUE... [--driver NAME] HOST...%n"
                                        + "                          [--qemu VERSION] [--rules FILE]%n"
                                        + "                          [--accept-unknown] [--inventory WHERE]%n"
                                        + "                          [-o FORM]",
                                "Compares the fleet with the same fleet in which some hosts are different: between"
                                        + " which hosts devices could no longer move, or at last could.")
                        .addPositional(PositionalParamSpec.builder()
                                .paramLabel("HOST...")
                                .hideParamSyntax(true)
                                .arity("0..*")
                                .type(List.class)
                                .auxiliaryTypes(String.class)
                                .description("hosts; all: every one")
                                .build()))
                .addOption(OptionSpec.builder(SET)
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .arity("1")
                        .paramLabel("WHAT=VALUE")
                        .description("host_driver_version, kernel or qemu")
                        .build())
                .addOption(Options.value("NAME", "whose version; else of all that tell one", DRIVER)
                        .build());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio fleet what-if --set host_driver_version=580.65 node1 node2"),
                        "0  nothing would break",
                        "1  something would",
                        "2  the command line was wrong",
                        "3  the inventory cannot be read, or there is no such host"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        List<String> sets = line.matchedOptionValue(SET, List.of());
        List<String> named = line.matchedPositionalValue(0, List.of());
        if (sets.isEmpty() || named.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE, "what-if needs --set and hosts", "See vfio fleet what-if --help.");
        }
        @Nullable String driver = line.hasMatchedOption(DRIVER) ? line.matchedOptionValue(DRIVER, "") : null;
        List<Change> changes =
                sets.stream().map(text -> Change.parse(text, driver)).toList();
        Fleet fleet = FleetOptions.read(line, world);
        List<String> hosts = named.equals(List.of("all"))
                ? fleet.hosts().stream().map(FleetHost::name).toList()
                : named;
        WhatIf answer = FleetOptions.questions(line).whatIf(fleet, hosts, changes);
        form.print(world.terminal(), () -> json(fleet, answer), () -> table(world.terminal(), answer));
        boolean breaks = answer.types().stream().anyMatch(t -> t.broken() > 0);
        return breaks ? ExitCode.FINDINGS : ExitCode.OK;
    }

    private static void table(Terminal terminal, WhatIf answer) {
        if (answer.types().isEmpty()) {
            terminal.out().println("Nothing changes: devices could move between the same hosts.");
            return;
        }
        Table table = new Table("TYPE", "PAIRS BROKEN", "PAIRS REPAIRED", "SUCH AS", "BECAUSE");
        for (WhatIf.OfType type : answer.types()) {
            table.row(
                    type.type(),
                    String.valueOf(type.broken()),
                    String.valueOf(type.repaired()),
                    type.example(),
                    String.join(", ", new TreeMap<>(type.blockers()).keySet()));
        }
        table.print(terminal);
        devices(terminal, "Left without any host to go to: ", answer.stranded());
        devices(terminal, "With a host to go to at last: ", answer.freed());
    }

    private static void devices(Terminal terminal, String what, List<String> devices) {
        if (!devices.isEmpty()) {
            terminal.out().println();
            terminal.out()
                    .println(Terminal.printable(
                            what + String.join(", ", devices.stream().limit(8).toList())
                                    + (devices.size() > 8 ? " and " + (devices.size() - 8) + " more" : "") + "."));
        }
    }

    private static ObjectNode json(Fleet fleet, WhatIf answer) {
        ObjectNode document = FleetOptions.document(fleet);
        ArrayNode types = document.putArray("types");
        for (WhatIf.OfType type : answer.types()) {
            ObjectNode node = types.addObject()
                    .put("type", type.type())
                    .put("pairs_broken", type.broken())
                    .put("pairs_repaired", type.repaired())
                    .put("example", type.example());
            ObjectNode blockers = node.putObject("blockers");
            for (Map.Entry<String, Long> blocker : new TreeMap<>(type.blockers()).entrySet()) {
                blockers.put(blocker.getKey(), blocker.getValue());
            }
        }
        ArrayNode stranded = document.putArray("stranded");
        answer.stranded().forEach(stranded::add);
        ArrayNode freed = document.putArray("freed");
        answer.freed().forEach(freed::add);
        FleetOptions.findings(document, fleet);
        return document;
    }
}
