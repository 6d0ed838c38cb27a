/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import picocli.CommandLine.Command;

/** {@code vfio}: what every subcommand hangs on. */
@Command(
        name = "vfio",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Tells what a VFIO device can do before a virtual machine opens it.",
        subcommands = {
            DemoCommand.class,
            TypesCommand.class,
            ListCommand.class,
            ProbeCommand.class,
            SnapshotCommand.class
        },
        footer = {
            "",
            "Exit codes: 0 fine; 1 something cannot work or could not be told; 2 wrong command line;",
            "3 this machine or your rights do not allow it (no such device, no /dev/vfio, no permission).",
            "",
            "Start with: vfio demo"
        })
final class VfioCommand {}
