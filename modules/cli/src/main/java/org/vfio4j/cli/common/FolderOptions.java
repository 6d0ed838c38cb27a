/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.vfio4j.linux.FileType;
import org.vfio4j.management.control.Folders;
import org.vfio4j.management.control.RunningHost;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code --run-dir} and {@code --state-dir}: where the running host is found, and where it keeps its definitions. */
public final class FolderOptions {
    private static final String RUN = "--run-dir";
    private static final String STATE = "--state-dir";

    private FolderOptions() {}

    public static OptionSpec run() {
        return Options.value("DIR", "the running host's folder; else VFIO4J_RUN_DIR", RUN)
                .build();
    }

    public static OptionSpec state() {
        return Options.value("DIR", "where definitions are kept; else VFIO4J_STATE_DIR", STATE)
                .build();
    }

    public static Folders of(ParseResult line, World world) {
        return Folders.of(folder(line, RUN), folder(line, STATE), world.environment());
    }

    /** The running host, if one answers. */
    public static Optional<RunningHost> running(ParseResult line, World world) {
        return RunningHost.at(socket(line, world));
    }

    /** The running host, without which the command cannot be done. */
    public static RunningHost require(ParseResult line, World world) {
        return running(line, world).orElseThrow(() -> nobody(of(line, world).run(), socket(line, world)));
    }

    private static CommandException nobody(Path run, Path socket) {
        return Files.isDirectory(run) && !Files.isExecutable(run)
                ? new CommandException(
                        ExitCode.ENVIRONMENT,
                        "a host that runs in " + run + " is its own user's and root's only",
                        "Ask it as root or as its user, or start one of your own: vfio serve --run-dir DIR.")
                : new CommandException(
                        ExitCode.ENVIRONMENT,
                        "no user-space host is running: nobody answers on " + socket,
                        "Start one: vfio serve. For the kernel's own devices, there is mdevctl.");
    }

    private static Path socket(ParseResult line, World world) {
        return Folders.socketOf(folder(line, RUN), world.environment(), FileType::isSocket);
    }

    private static Optional<Path> folder(ParseResult line, String option) {
        if (!line.commandSpec().optionsMap().containsKey(option)) {
            return Optional.empty();
        }
        String named = line.matchedOptionValue(option, "");
        try {
            return named.isEmpty() ? Optional.empty() : Optional.of(Path.of(named));
        } catch (InvalidPathException e) {
            throw new CommandException(ExitCode.USAGE, "no folder can be called " + named, "");
        }
    }
}
