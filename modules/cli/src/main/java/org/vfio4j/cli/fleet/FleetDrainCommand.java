/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.util.List;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.question.AnswerJson;
import org.vfio4j.fleet.question.Drain;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.preflight.DeviceMapping;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio fleet drain}. */
final class FleetDrainCommand implements Command {
    @Override
    public String name() {
        return "drain";
    }

    @Override
    public String summary() {
        return "an order in which a host's devices leave it, and where to";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = FleetOptions.addRules(Command.spec(
                        "vfio fleet drain",
                        "vfio fleet drain HOST [--qemu VERSION] [--rules FILE]%n"
                                + "                        [--accept-unknown] [--inventory WHERE] [-o FORM]",
                        "Plans how a host is emptied: each device gets a place that is still there when those before it"
                                + " have theirs. Devices that one process has open go together. Nothing is moved or"
                                + " reserved.")
                .addPositional(FleetOptions.parameter("HOST", "which host")));
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio fleet drain node7 --qemu 11.1"),
                        "0  every device has a place",
                        "1  some have none",
                        "2  the command line was wrong",
                        "3  the inventory cannot be read, or there is no such host"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        String host = FleetOptions.required(line, "host", "vfio fleet drain");
        Fleet fleet = FleetOptions.read(line, world);
        Drain drain = FleetOptions.questions(line).drain(fleet, host);
        form.print(world.terminal(), () -> json(fleet, drain), () -> table(world.terminal(), drain));
        return drain.staying().isEmpty() ? ExitCode.OK : ExitCode.FINDINGS;
    }

    private static void table(Terminal terminal, Drain drain) {
        if (drain.steps().isEmpty() && drain.staying().isEmpty()) {
            terminal.out().println(drain.host() + " has no devices.");
            return;
        }
        if (!drain.steps().isEmpty()) {
            Table table = new Table("STEP", "DEVICE", "TO", "BECOMES", "ON", "HELD BY", "SAYS");
            for (int i = 0; i < drain.steps().size(); i++) {
                Drain.Step step = drain.steps().get(i);
                for (DeviceMapping mapping : step.devices()) {
                    table.row(
                            String.valueOf(i + 1),
                            mapping.source(),
                            step.to(),
                            mapping.destination().equals(mapping.source()) ? "the same" : mapping.destination(),
                            mapping.isToBeMade() ? mapping.typeOrNull() + " on " + mapping.parentOrNull() : "is there",
                            step.holder().isEmpty() ? "nobody" : step.holder(),
                            String.join(", ", warnings(step.findings())));
                }
            }
            table.print(terminal);
        } else {
            terminal.out().println("No device of " + drain.host() + " has a place elsewhere.");
        }
        for (Drain.Staying staying : drain.staying()) {
            terminal.out().println();
            terminal.out()
                    .println(Terminal.printable("Stays: " + String.join(", ", staying.devices())
                            + (staying.holder().isEmpty() ? "" : ", held by " + staying.holder())));
            staying.why().forEach(finding -> {
                terminal.entry("because", finding.text() + " [" + finding.id() + "]");
                if (!finding.remedy().isEmpty()) {
                    terminal.entry("to do", finding.remedy());
                }
            });
        }
    }

    private static List<String> warnings(List<Finding> findings) {
        return findings.stream()
                .filter(f -> f.severity() != Finding.Severity.INFO)
                .map(Finding::id)
                .distinct()
                .toList();
    }

    private static ObjectNode json(Fleet fleet, Drain drain) {
        ObjectNode document = FleetOptions.document(fleet).put("drain", drain.host());
        ArrayNode steps = document.putArray("steps");
        drain.steps().forEach(step -> steps.add(AnswerJson.step(step, step.findings())));
        ArrayNode staying = document.putArray("staying");
        drain.staying().forEach(one -> staying.add(AnswerJson.staying(one)));
        FleetOptions.findings(document, fleet);
        return document;
    }
}
