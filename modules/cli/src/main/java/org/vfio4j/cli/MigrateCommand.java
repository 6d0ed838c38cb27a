/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio migrate}. */
final class MigrateCommand implements Command {
    @Override
    public String name() {
        return "migrate";
    }

    @Override
    public String summary() {
        return "Moves a device, or a machine with its devices, to another host";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = WithVm.addTo(Command.spec(
                        "vfio migrate",
                        "vfio migrate --with-vm --qmp QMP --to-qmp QMP --to DIR --vm-uri URI%n"
                                + "                    [--vm-device ID=DEVICE]... [--check]%n"
                                + "                    [--unplug-timeout SECONDS] [--keep-source] [--run-dir DIR]",
                        "With --with-vm: moves a running virtual machine with the devices that it has over vfio-user,"
                                + " which QEMU alone would lose. The guest lets go of them, their states go to the"
                                + " destination's vfio serve, QEMU moves the machine, and they are plugged in there as they"
                                + " were. Whatever fails before, the machine runs on here with its devices; Ctrl-C takes"
                                + " everything back. See docs/migration-with-vm.md."))
                .addOption(Options.value("DIR", "the run folder of the vfio serve it goes to", WithVm.TO)
                        .build())
                .addOption(FolderOptions.run());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio migrate --with-vm --qmp unix:/run/a.qmp --to-qmp unix:/run/b.qmp \\",
                                "    --to /run/vfio4j-b --vm-uri unix:/run/ab.migration"),
                        "0  moved",
                        "1  not moved: what stood in the way, and how things are now, is said",
                        "2  the command line was wrong",
                        "3  not possible here: nobody answers on a socket"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        if (!WithVm.isWanted(line)) {
            throw new CommandException(ExitCode.USAGE, "what is to be moved is not said", "See vfio migrate --help.");
        }
        return WithVm.run(line, world);
    }
}
