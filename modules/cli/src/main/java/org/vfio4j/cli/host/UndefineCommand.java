/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import java.util.List;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.DeviceOptions;
import org.vfio4j.management.control.RunningHost;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio undefine}. */
public final class UndefineCommand implements Command {
    @Override
    public String name() {
        return "undefine";
    }

    @Override
    public String summary() {
        return "Takes a definition away; an active device stays";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = DeviceOptions.addTo(Command.spec(
                "vfio undefine",
                "vfio undefine UUID|-u UUID [-p PARENT] [--run-dir DIR]",
                "Takes the definition of a mediated device away. If the device is active it stays until it is"
                        + " stopped."));
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio undefine 1f0f2d6a-0000-4000-8000-0000000000aa"),
                        "0  done",
                        "2  the command line was wrong",
                        "3  not possible here: no running host, no such definition"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        try (RunningHost host = FolderOptions.require(line, world)) {
            host.tell("undefine", DeviceOptions.intoRequired(RunningHost.arguments(), line));
            return ExitCode.OK;
        }
    }
}
