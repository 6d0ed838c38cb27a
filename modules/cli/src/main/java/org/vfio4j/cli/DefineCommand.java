/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.List;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.definition.Definition;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio define}. */
final class DefineCommand implements Command {
    private static final String AUTO = "--auto";

    @Override
    public String name() {
        return "define";
    }

    @Override
    public String summary() {
        return "Writes one down, so that it can be started again";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = DeviceOptions.addTo(Command.spec(
                        "vfio define",
                        "vfio define [UUID|-u UUID] [-p PARENT -t TYPE] [-a] [--run-dir DIR]",
                        "Writes a mediated device down in mdevctl's format: an active one by its UUID alone, any other"
                                + " with parent and type. Without a UUID it gets a new one, which is printed. It is not"
                                + " started."))
                .addOption(DeviceOptions.type())
                .addOption(Options.flag("start it whenever the host starts", "-a", AUTO)
                        .build());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio define -p mdpy -t mdpy-xga --auto", "vfio list --defined"),
                        "0  defined",
                        "1  it is defined already",
                        "2  the command line was wrong",
                        "3  not possible here: no running host, the file cannot be written"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        ObjectNode arguments = DeviceOptions.into(RunningHost.arguments(), line);
        arguments.put("start", line.hasMatchedOption(AUTO) ? "auto" : "manual");
        try (RunningHost host = FolderOptions.require(line, world)) {
            Definition defined = host.define(arguments);
            if (DeviceOptions.uuid(line).isEmpty()) {
                world.terminal().out().println(defined.uuid());
            }
            return ExitCode.OK;
        }
    }
}
