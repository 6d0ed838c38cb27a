/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.move;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Progress;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.FileParameter;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.OneDevice;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.state.StateAbout;
import org.vfio4j.management.state.StateFile;
import org.vfio4j.management.state.StateFileException;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.migration.StopCopy;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio state}. */
public final class StateCommand implements Command {
    private static final String SAVE = "save";
    private static final String RESTORE = "restore";
    private static final String SHOW = "show";
    private static final FileParameter FILE = new FileParameter(2, "FILE");
    private static final List<String> ACTIONS = List.of(SAVE, RESTORE, SHOW);

    @Override
    public String name() {
        return "state";
    }

    @Override
    public String summary() {
        return "Saves a free device's state to a file, or restores it";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio state",
                        "vfio state save DEVICE FILE [--host HOST] [--run-dir DIR]%n"
                                + "       vfio state restore DEVICE FILE [--host HOST] [--run-dir DIR]%n"
                                + "       vfio state show FILE",
                        "Writes the state of a device that nobody uses to a file, as its driver saves it when it"
                                + " migrates: registers, buffers, video memory. Or gives such a state to a device of the same"
                                + " type, the kernel's, the running host's or one on a vfio-user socket: what one saves,"
                                + " any other of that type takes.",
                        "",
                        "The file's first 4096 bytes say whose state it is and its SHA-256, which restore checks"
                                + " before it touches the device; behind them is the driver's stream. A device that refuses a state has been reset. The kernel's mtty crashes"
                                + " its kernel when a state that was restored into it is saved again without a new"
                                + " device: make a new one (mdevctl).")
                .addPositional(PositionalParamSpec.builder()
                        .index("0")
                        .paramLabel("ACTION")
                        .arity("1")
                        .type(String.class)
                        .description(SAVE + ", " + RESTORE + " or " + SHOW)
                        .completionCandidates(ACTIONS)
                        .build())
                .addPositional(OneDevice.parameter(1))
                .addPositional(FILE.spec("0..1", "the file, which save replaces if it is there"))
                .addOption(HostOption.spec())
                .addOption(FolderOptions.run());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio state save 1f0f2d6a serial.state",
                                "vfio state show serial.state",
                                "vfio state restore /tmp/serial.sock serial.state"),
                        "0  done",
                        "1  the file is not this device's, or not whole, or the device refuses it",
                        "2  the command line was wrong",
                        "3  not possible here: no such device, in use, it does not migrate"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        String action = line.matchedPositionalValue(0, "");
        String device = line.matchedPositionalValue(1, "");
        String file = FILE.text(line);
        if (!ACTIONS.contains(action) || device.isEmpty() || action.equals(SHOW) != file.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "vfio state needs save or restore with a device and a file, or show with a file",
                    "See vfio state --help.");
        }
        return switch (action) {
            case SHOW -> show(FileParameter.path(device), world.terminal());
            case SAVE ->
                OneDevice.useAlone(
                        device, line, world, (found, opened) -> save(found, opened, FileParameter.path(file), world));
            default -> restore(device, FileParameter.path(file), line, world);
        };
    }

    private static int save(HostDevice device, VfioDevice opened, Path file, World world) {
        requireMigration(device, opened);
        StateAbout about = new StateAbout(
                device.name(),
                device.typeOrNull(),
                device.driverOrNull(),
                Machine.of(world.root()).hostName(),
                world.clock().instant().truncatedTo(ChronoUnit.SECONDS).toString());
        try (Progress progress = Progress.on(world.terminal())) {
            LongConsumer saved = progress.bytes("saved", migrationSize(opened));
            StateFile written = StateFile.write(file, about, to -> StopCopy.save(opened, to, saved));
            progress.clear();
            say(world.terminal(), "saved", written.length(), device, file);
            return ExitCode.OK;
        } catch (IOException e) {
            throw unusable(file, "written", e);
        }
    }

    private static int restore(String name, Path file, ParseResult line, World world) {
        StateFile state = read(file);
        return OneDevice.useAlone(name, line, world, (device, opened) -> restore(state, device, opened, world));
    }

    private static int restore(StateFile state, HostDevice device, VfioDevice opened, World world) {
        requireMigration(device, opened);
        Optional<String> type = device.type();
        if (type.isPresent()
                && state.about().type().isPresent()
                && !type.equals(state.about().type())) {
            throw new CommandException(
                    ExitCode.FINDINGS,
                    state.path() + " is the state of a " + state.about().type().get() + "; " + device.name() + " is a "
                            + type.get(),
                    "Name a device of that type: vfio list.");
        }
        try (ReadableByteChannel from = state.open();
                Progress progress = Progress.on(world.terminal())) {
            StopCopy.restore(opened, from, progress.bytes("restored", state.length()));
            progress.clear();
            say(world.terminal(), "restored", state.length(), device, state.path());
            return ExitCode.OK;
        } catch (IOException e) {
            throw unusable(state.path(), "read", e);
        } catch (ErrnoException e) {
            throw new CommandException(
                    ExitCode.FINDINGS,
                    device.name() + " refuses the state in " + state.path() + ": " + e.getMessage(),
                    "The device was reset. It takes states of its own type and its driver's version only.");
        }
    }

    private static int show(Path file, Terminal terminal) {
        StateFile state = read(file);
        StateAbout about = state.about();
        terminal.entry("device", about.device());
        about.type().ifPresent(type -> terminal.entry("type", type));
        about.driver().ifPresent(driver -> terminal.entry("driver", driver));
        terminal.entry("host", about.host());
        terminal.entry("saved", about.saved());
        terminal.entry("size", state.length() + " bytes, whole");
        return ExitCode.OK;
    }

    private static void say(Terminal terminal, String done, long length, HostDevice device, Path file) {
        terminal.out().println(Terminal.printable(done + " " + length + " bytes of " + device.name() + ": " + file));
    }

    private static void requireMigration(HostDevice device, VfioDevice opened) {
        try {
            if ((Feature.migrationFlags(opened) & Feature.STOP_COPY) != 0) {
                return;
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOTTY && e.errno() != Errno.EINVAL) {
                throw e;
            }
        }
        throw new CommandException(
                ExitCode.ENVIRONMENT,
                device.name() + " has no state that can be saved: its driver does not migrate",
                "vfio probe " + device.name() + " shows what it can do.");
    }

    /** An estimate; -1 if the device gives none. */
    private static long migrationSize(VfioDevice opened) {
        try {
            return Feature.migrationDataSize(opened);
        } catch (ErrnoException e) {
            return -1;
        }
    }

    private static StateFile read(Path file) {
        try {
            return StateFile.read(file);
        } catch (StateFileException e) {
            throw new CommandException(
                    ExitCode.FINDINGS,
                    file + " " + e.getMessage(),
                    "Save the state again: vfio state save DEVICE FILE.");
        } catch (IOException e) {
            throw unusable(file, "read", e);
        }
    }

    private static CommandException unusable(Path file, String done, IOException e) {
        return new CommandException(
                ExitCode.ENVIRONMENT, "the file " + file + " cannot be " + done + ": " + FileTrouble.words(e), "");
    }
}
