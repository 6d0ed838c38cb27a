/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import java.util.List;
import org.vfio4j.cli.common.Command;
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

/** {@code vfio stop}. */
public final class StopCommand implements Command {
    private static final String TIMEOUT = "--timeout";

    @Override
    public String name() {
        return "stop";
    }

    @Override
    public String summary() {
        return "Removes one; its definition stays";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = DeviceOptions.addTo(Command.spec(
                        "vfio stop",
                        "vfio stop UUID|-u UUID [-p PARENT] [--timeout SECONDS] [--run-dir DIR]",
                        "Removes an active mediated device of the running user-space host. While it is in use this"
                                + " waits, as the kernel does, but not for ever."))
                .addOption(Options.value("SECONDS", "how long to wait while it is in use; 10 if not said", TIMEOUT)
                        .build());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio stop 1f0f2d6a-0000-4000-8000-0000000000aa"),
                        "0  stopped",
                        "2  the command line was wrong",
                        "3  not possible here: no running host, no such device, still in use"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        ObjectNode arguments = DeviceOptions.intoRequired(RunningHost.arguments(), line);
        Numbers.put(arguments, "timeout", line, TIMEOUT);
        try (RunningHost host = FolderOptions.require(line, world)) {
            host.tell("stop", arguments);
            return ExitCode.OK;
        }
    }
}
