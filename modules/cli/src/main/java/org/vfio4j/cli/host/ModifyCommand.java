/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import java.util.List;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Numbers;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.DeviceOptions;
import org.vfio4j.management.control.RunningHost;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio modify}. */
public final class ModifyCommand implements Command {
    private static final String AUTO = "--auto";
    private static final String MANUAL = "--manual";
    private static final String ADD = "--addattr";
    private static final String VALUE = "--value";
    private static final String DELETE = "--delattr";
    private static final String INDEX = "--index";

    @Override
    public String name() {
        return "modify";
    }

    @Override
    public String summary() {
        return "Changes a definition: its type, its start, its attributes";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = DeviceOptions.addTo(Command.spec(
                        "vfio modify",
                        "vfio modify UUID|-u UUID [-p PARENT] [-t TYPE] [-a|--manual]%n"
                                + "                   [--addattr NAME --value VALUE|--delattr] [--index N]%n"
                                + "                   [--run-dir DIR]",
                        "Changes the definition of a mediated device. If the device is active it stays as it is until it"
                                + " is started again."))
                .addOption(DeviceOptions.type())
                .addOption(Options.flag("start it whenever the host starts", "-a", AUTO)
                        .build())
                .addOption(Options.flag("start it only when told to", MANUAL).build())
                .addOption(Options.value("NAME", "add an attribute, set when the device is started", ADD)
                        .build())
                .addOption(Options.value("VALUE", "the added attribute's value", VALUE)
                        .build())
                .addOption(Options.flag("take the attribute at the index away, or all", DELETE)
                        .build())
                .addOption(Options.value("N", "the attribute's place, from 0; the end if not said", INDEX)
                        .build());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio modify 1f0f2d6a-0000-4000-8000-0000000000aa --auto",
                                "vfio modify 1f0f2d6a-0000-4000-8000-0000000000aa -t mdpy-hd",
                                "vfio modify UUID --addattr nvidia/vgpu_params --value disable_vnc=1"),
                        "0  changed",
                        "2  the command line was wrong",
                        "3  not possible here: no running host, no such definition"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        ObjectNode arguments = DeviceOptions.intoRequired(RunningHost.arguments(), line);
        boolean auto = line.hasMatchedOption(AUTO);
        boolean manual = line.hasMatchedOption(MANUAL);
        boolean adds = line.hasMatchedOption(ADD);
        if ((auto && manual) || (adds && line.hasMatchedOption(DELETE))) {
            throw new CommandException(
                    ExitCode.USAGE,
                    auto && manual
                            ? "--auto and --manual exclude each other"
                            : "--addattr and --delattr exclude each other",
                    "Say one of them.");
        }
        if (adds != line.hasMatchedOption(VALUE)) {
            throw new CommandException(ExitCode.USAGE, "--addattr and --value go together", "Say both.");
        }
        if (auto || manual) {
            arguments.put("start", auto ? "auto" : "manual");
        }
        if (adds) {
            arguments
                    .putObject("addattr")
                    .put("name", line.matchedOptionValue(ADD, ""))
                    .put("value", line.matchedOptionValue(VALUE, ""));
        }
        arguments.put("delattr", line.hasMatchedOption(DELETE));
        Numbers.put(arguments, "index", line, INDEX);
        try (RunningHost host = FolderOptions.require(line, world)) {
            host.tell("modify", arguments);
            return ExitCode.OK;
        }
    }
}
