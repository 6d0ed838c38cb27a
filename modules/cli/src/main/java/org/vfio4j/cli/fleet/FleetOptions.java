/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.util.Optional;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Progress;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.plan.MoveOptions;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.fleet.question.FleetQuestions;
import org.vfio4j.management.snapshot.Json;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ObjectNode;

/** What the fleet's commands have in common. */
final class FleetOptions {
    private FleetOptions() {}

    /** Options of a question that preflight's rules answer. */
    static CommandSpec addRules(CommandSpec spec) {
        return spec.addOption(InventoryOption.spec())
                .addOption(Options.value(
                                "VERSION", "QEMU's on all hosts; else the installed ones' count", MoveOptions.QEMU)
                        .build())
                .addOption(Options.value("FILE", "more rules of which versions go together", MoveOptions.RULES)
                        .build())
                .addOption(Options.flag("what is not known is only a warning", MoveOptions.ACCEPT)
                        .build())
                .addOption(OutputOption.spec());
    }

    /** A parameter that the command asks for by itself if it is missing ({@link #required}). */
    static PositionalParamSpec parameter(String label, String description) {
        return optional(label, description).toBuilder().hideParamSyntax(true).build();
    }

    static PositionalParamSpec optional(String label, String description) {
        return PositionalParamSpec.builder()
                .paramLabel(label)
                .arity("0..1")
                .type(String.class)
                .description(description)
                .build();
    }

    /** A parameter without which the command cannot be done. */
    static String required(ParseResult line, String label, String help) {
        String value = line.matchedPositionalValue(0, "");
        if (value.isEmpty()) {
            throw new CommandException(ExitCode.USAGE, "which " + label + " is not said", "See " + help + " --help.");
        }
        return value;
    }

    static Fleet read(ParseResult line, World world) {
        try (Progress _ = Progress.of(world.terminal(), "Reading the inventory");
                FleetInventory inventory = InventoryOption.open(line, world)) {
            return inventory.read();
        }
    }

    static FleetQuestions questions(ParseResult line) {
        return new FleetQuestions(MoveOptions.machine(line, Optional.empty()), MoveOptions.of(line));
    }

    /** The begin of every answer for scripts. */
    static ObjectNode document(Fleet fleet) {
        return Json.document("fleet").put("hosts_known", fleet.size()).put("revision", fleet.revision());
    }

    /** What could not be read, for people and for scripts. */
    static void findings(ObjectNode document, Fleet fleet) {
        Json.findings(document.putArray("findings"), fleet.findings());
    }
}
