/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.vfio4j.cli.ask.SnapshotCommand;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.Source;
import org.vfio4j.fleet.export.CdiSpec;
import org.vfio4j.fleet.export.NodeFeatures;
import org.vfio4j.fleet.export.ResourceSlices;
import org.vfio4j.fleet.question.FleetQuestions;
import org.vfio4j.management.snapshot.Snapshot;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio fleet export}. */
final class FleetExportCommand implements Command {
    private static final String FORM = "--form";
    private static final Map<String, Function<Snapshot, String>> FORMS = Map.of(
            "dra", s -> OutputOption.json(ResourceSlices.of(s)) + "\n",
            "nfd", s -> OutputOption.json(NodeFeatures.object(s)) + "\n",
            "nfd-file", NodeFeatures::file,
            "cdi", s -> OutputOption.json(CdiSpec.of(s)) + "\n");

    @Override
    public String name() {
        return "export";
    }

    @Override
    public String summary() {
        return "a host for Kubernetes (DRA, NFD) and container runtimes (CDI)";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio fleet export",
                        "vfio fleet export [NAME] --form dra|nfd|nfd-file|cdi [--inventory WHERE]%n"
                                + "                         [--host HOST] [--run-dir DIR]",
                        "Writes a host's devices and their answers as others read them: a host of the inventory, or"
                                + " without NAME this one.")
                .addPositional(FleetOptions.optional("NAME", "a host of the inventory; else the one of --host"))
                .addOption(Options.value("FORM", "", FORM)
                        .description(
                                "dra: Kubernetes' ResourceSlice",
                                "nfd: a NodeFeature object of Node Feature Discovery",
                                "nfd-file: a file for its features.d",
                                "cdi: a specification for /etc/cdi")
                        .completionCandidates(List.of("dra", "nfd", "nfd-file", "cdi"))
                        .build())
                .addOption(InventoryOption.spec())
                .addOption(HostOption.spec())
                .addOption(FolderOptions.run());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio fleet export node7 --form dra | kubectl apply -f -",
                                "vfio fleet export --form cdi > /etc/cdi/vfio4j.json"),
                        "0  written",
                        "2  the command line was wrong",
                        "3  there is no such host, or it cannot be read"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        Function<Snapshot, String> form = FORMS.get(line.matchedOptionValue(FORM, ""));
        if (form == null) {
            throw new CommandException(ExitCode.USAGE, "--form is dra, nfd, nfd-file or cdi", "");
        }
        world.terminal().out().print(form.apply(host(line, world)));
        return ExitCode.OK;
    }

    private static Snapshot host(ParseResult line, World world) {
        String name = line.matchedPositionalValue(0, "");
        if (!name.isEmpty()) {
            return FleetQuestions.require(FleetOptions.read(line, world), name).published();
        }
        try (Source source = HostOption.open(line, world)) {
            return SnapshotCommand.take(source, List.of(), world);
        }
    }
}
