/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import java.nio.file.Path;
import java.util.List;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.World;
import org.vfio4j.fuse.MountNamespace;
import org.vfio4j.management.control.RunningHost;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio run}. */
public final class RunCommand implements Command {
    @Override
    public String name() {
        return "run";
    }

    @Override
    public String summary() {
        return "Runs a command that takes the running host for this machine";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio run",
                        "vfio run [--run-dir DIR] -- COMMAND [ARGUMENT...]",
                        "Runs a command that sees the running user-space host's tree as /sys and its definitions as"
                                + " /etc/mdevctl.d, such as mdevctl. Nobody else sees a difference. The host must show its"
                                + " sysfs: vfio serve --sysfs DIR.")
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("COMMAND")
                        .arity("1..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description("the program, found on the path, and its arguments")
                        .build())
                .addOption(FolderOptions.run());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio run -- mdevctl types", "vfio run -- mdevctl start -p mdpy -t mdpy-vga"),
                        "the command's own; else",
                        "2    the command line was wrong",
                        "3    not possible here: no running host, no sysfs, no right to mount",
                        "127  there is no such command"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        List<String> command = line.matchedPositionalValue(0, List.of());
        if (command.isEmpty()) {
            throw new CommandException(ExitCode.USAGE, "no command is named", "vfio run -- COMMAND [ARGUMENT...]");
        }
        RunningHost.Places places;
        try (RunningHost host = FolderOptions.require(line, world)) {
            places = host.places();
        }
        Path sysfs = places.sysfsOrNull();
        if (sysfs == null) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "the running host does not show its sysfs",
                    "Start it with --sysfs: vfio serve --sysfs DIR.");
        }
        world.terminal().out().flush();
        try {
            return MountNamespace.run(sysfs, places.definitions(), command);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.ENVIRONMENT, "interrupted", "");
        }
    }
}
