/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.move;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FindingList;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Interruption;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.Progress;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.management.control.Folders;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.qmp.QmpAddress;
import org.vfio4j.management.vm.MoveException;
import org.vfio4j.management.vm.MoveListener;
import org.vfio4j.management.vm.ServedHosts;
import org.vfio4j.management.vm.Vm;
import org.vfio4j.management.vm.VmMigration;
import org.vfio4j.management.vm.VmMove;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio migrate --with-vm}: a running machine moves with the devices that it has over vfio-user. */
final class WithVm {
    private static final String NAME = "--with-vm";
    private static final String QMP = "--qmp";
    private static final String TO_QMP = "--to-qmp";
    static final String SYNOPSIS = "       vfio migrate --with-vm --qmp QMP --to-qmp QMP --to DIR --vm-uri URI%n"
            + "                    [--vm-device ID=DEVICE]... [--unplug-timeout SECONDS]%n"
            + "                    [--keep-source] [--check] [--run-dir DIR]";

    static final String DESCRIPTION =
            "With --with-vm: moves a running virtual machine with the devices that it has over"
                    + " vfio-user, which QEMU alone would lose. The guest lets go of them, their states go to the destination's"
                    + " vfio serve, QEMU moves the machine, and they are plugged in there as they were. Whatever fails before, the"
                    + " machine runs on here with its devices; Ctrl-C takes everything back. See docs/migration-with-vm.md.";

    /** The command's own. */
    private static final String TO = "--to";

    private static final String URI = "--vm-uri";
    private static final String DEVICE = "--vm-device";
    private static final String UNPLUG = "--unplug-timeout";
    private static final String KEEP = "--keep-source";
    private static final String CHECK = "--check";
    private static final Duration UNPLUGS_WITHIN = Duration.ofSeconds(30);
    private static final int MAX_SECONDS_DIGITS = 4;

    private WithVm() {}

    static CommandSpec addTo(CommandSpec spec) {
        return spec.addOption(Options.flag("a running machine with its vfio-user devices", NAME)
                        .build())
                .addOption(Options.value("QMP", "its QEMU: unix:PATH or tcp:HOST:PORT", QMP)
                        .build())
                .addOption(Options.value("QMP", "the QEMU that waits for it (-incoming defer)", TO_QMP)
                        .build())
                .addOption(Options.value("URI", "between the QEMUs: tcp:HOST:PORT or unix:PATH", URI)
                        .build())
                .addOption(OptionSpec.builder(DEVICE)
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel("ID=DEVICE")
                        .description("which device QEMU's ID is, where QEMU does not tell")
                        .build())
                .addOption(Options.value("SECONDS", "how long the guest may take to let go; else 30", UNPLUG)
                        .build())
                .addOption(Options.flag("the QEMU at the source stays afterwards", KEEP)
                        .build())
                .addOption(
                        Options.flag("only tell whether it could move", CHECK).build());
    }

    /** Whether that is what the line wants. */
    static boolean isWanted(ParseResult line) {
        return line.hasMatchedOption(NAME);
    }

    static int run(ParseResult line, World world) {
        QmpAddress from = qmp(line, QMP);
        QmpAddress to = qmp(line, TO_QMP);
        VmMove.Options options =
                new VmMove.Options(value(line, URI), unplugsWithin(line), line.hasMatchedOption(KEEP), devices(line));
        Folders there = new Folders(folder(value(line, TO)), Path.of("."));
        try (Interruption interruption = Interruption.listen();
                Progress progress = Progress.on(world.terminal());
                ServedHosts hosts = new ServedHosts(FolderOptions.require(line, world), running(there), there);
                Vm source = Vm.connect(from);
                Vm destination = Vm.connect(to)) {
            VmMove move = VmMove.prepare(
                    source, destination, hosts, options, new Report(world.terminal(), progress, interruption));
            return run(move, line.hasMatchedOption(CHECK), progress, world.terminal());
        }
    }

    private static int run(VmMove move, boolean onlyChecks, Progress progress, Terminal terminal) {
        FindingList.print(terminal, move.findings());
        if (move.isBlocked()) {
            terminal.error("the machine cannot be moved with its devices", "Nothing was touched.");
            return ExitCode.FINDINGS;
        }
        if (onlyChecks) {
            terminal.out().println("It can be moved with its devices.");
            return ExitCode.OK;
        }
        try {
            VmMove.Outcome outcome = move.run();
            progress.clear();
            terminal.out()
                    .println("The machine runs at the destination with " + String.join(", ", outcome.devices()) + "; "
                            + (outcome.bytes() >> 20) + " MiB sent, it stood still for " + outcome.downtimeMillis()
                            + " ms.");
            outcome.troubles().forEach(trouble -> terminal.error(trouble, ""));
            return outcome.troubles().isEmpty() ? ExitCode.OK : ExitCode.FINDINGS;
        } catch (MoveException e) {
            progress.clear();
            throw new CommandException(
                    ExitCode.FINDINGS, "the machine was not moved: " + e.getMessage(), String.join(" ", e.now()));
        }
    }

    /** Says each step, and on a terminal how far the memory is. */
    private record Report(Terminal terminal, Progress progress, Interruption interruption) implements MoveListener {
        @Override
        public void step(String what) {
            progress.clear();
            terminal.out().println(Terminal.printable(what));
            terminal.out().flush();
        }

        @Override
        public void migrating(VmMigration now) {
            progress.tell((now.transferred() >> 20) + " MiB sent, " + (now.remaining() >> 20) + " MiB left"
                    + (now.downtimeMillis() < 0 ? "" : ", will stand still for " + now.downtimeMillis() + " ms"));
        }

        @Override
        public boolean isCancelled() {
            return interruption.isAsked();
        }
    }

    private static RunningHost running(Folders there) {
        return RunningHost.at(there.socket())
                .orElseThrow(() -> new CommandException(
                        ExitCode.ENVIRONMENT,
                        "nobody answers on " + there.socket() + ", where the device is to go",
                        "Start vfio serve there, or forward its sockets: see docs/migration-with-vm.md."));
    }

    private static QmpAddress qmp(ParseResult line, String option) {
        String text = value(line, option);
        return QmpAddress.parse(text)
                .orElseThrow(() -> new CommandException(
                        ExitCode.USAGE, option + " is unix:PATH or tcp:HOST:PORT, not " + text, ""));
    }

    private static String value(ParseResult line, String option) {
        String value = line.matchedOptionValue(option, "");
        if (value.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    NAME + " needs " + String.join(", ", QMP, TO_QMP, TO) + " and " + URI,
                    "See vfio migrate --help.");
        }
        return value;
    }

    /** A host's name has no slash. */
    private static Path folder(String text) {
        try {
            if (text.indexOf('/') < 0) {
                throw new CommandException(
                        ExitCode.USAGE,
                        NAME + " goes to a vfio serve and a QEMU whose sockets are here: " + TO
                                + " is its run folder, with a slash in it, not " + text,
                        "Another machine's sockets are brought here with ssh -L: docs/migration-with-vm.md, Two hosts."
                                + " Its TLS port takes devices alone, not the command of its QEMUs.");
            }
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new CommandException(ExitCode.USAGE, "no folder can be called " + text, "");
        }
    }

    private static Duration unplugsWithin(ParseResult line) {
        if (!line.hasMatchedOption(UNPLUG)) {
            return UNPLUGS_WITHIN;
        }
        String text = line.matchedOptionValue(UNPLUG, "");
        if (text.isEmpty()
                || text.length() > MAX_SECONDS_DIGITS
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new CommandException(ExitCode.USAGE, UNPLUG + " is a number of seconds, not " + text, "");
        }
        return Duration.ofSeconds(Integer.parseInt(text));
    }

    private static Map<String, String> devices(ParseResult line) {
        Map<String, String> devices = new LinkedHashMap<>();
        List<String> pairs = line.matchedOptionValue(DEVICE, List.of());
        for (String pair : pairs) {
            Optional<String[]> parts = Optional.of(pair.split("=", 2)).filter(p -> p.length == 2);
            String[] known = parts.orElseThrow(() -> new CommandException(
                    ExitCode.USAGE, DEVICE + " is QEMU's id and a device, such as gpu0=1f0f2d6a-..., not " + pair, ""));
            devices.put(known[0], known[1]);
        }
        return devices;
    }
}
