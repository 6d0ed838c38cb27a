/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.ask;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Parts;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.RecordedSource;
import org.vfio4j.cli.source.Selection;
import org.vfio4j.cli.source.Source;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.management.snapshot.Snapshot;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio snapshot}. */
public final class SnapshotCommand implements Command {
    private static final String OPEN = "--open";

    @Override
    public String name() {
        return "snapshot";
    }

    @Override
    public String summary() {
        return "Writes a host and its answers to a file, to be asked elsewhere";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio snapshot",
                        "vfio snapshot [FILE] [--open DEVICE]... [--host HOST] [--run-dir DIR]",
                        "Writes down as JSON what a host has and what its devices answer. types, list and probe read it"
                                + " with --host FILE, on any machine.",
                        "",
                        "A device in use is not touched and its answers are unknown: take the snapshot while the devices"
                                + " are free.")
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("FILE")
                        .arity("0..1")
                        .type(String.class)
                        .description("where to write it; without one, to the standard output")
                        .build())
                .addOption(OptionSpec.builder(OPEN)
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel("DEVICE")
                        .description("also open this physical device, which resets it; as often as there are such")
                        .build())
                .addOption(HostOption.spec())
                .addOption(FolderOptions.run());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio snapshot node7.json             of this machine",
                                "vfio probe --host node7.json         what it says, anywhere"),
                        "0  written, whatever the answers are",
                        "2  the command line was wrong",
                        "3  not possible here: no such host, the file cannot be written"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        String file = line.matchedPositionalValue(0, "");
        try (Source source = HostOption.open(line, world)) {
            Snapshot snapshot = take(source, line.matchedOptionValue(OPEN, List.of()), world);
            String json = OutputOption.json(Json.snapshot(snapshot)) + "\n";
            if (file.isEmpty()) {
                world.terminal().out().print(json);
                return ExitCode.OK;
            }
            try {
                write(Path.of(file), json);
            } catch (IOException | InvalidPathException e) {
                throw new CommandException(
                        ExitCode.ENVIRONMENT, "cannot write " + file + ": " + FileTrouble.words(e), "");
            }
            world.terminal()
                    .out()
                    .println("Wrote " + file + ". Parents: "
                            + snapshot.inventory().parents().size() + ", devices: "
                            + snapshot.probes().size() + ".");
            return ExitCode.OK;
        }
    }

    public static Snapshot take(Source source, List<String> opened, World world) {
        if (source instanceof RecordedSource recorded) {
            recorded.requireNoQuestion(null, !opened.isEmpty());
            return recorded.snapshot();
        }
        Inventory inventory = source.inventory();
        List<DeviceProbe> probes = probes(inventory.devices(), names(source, opened), source, world.terminal());
        Machine machine = source.machine();
        return new Snapshot(
                source.kind(),
                machine.hostName(),
                machine.kernelRelease(),
                source.platform(world),
                world.clock().instant(),
                inventory,
                probes);
    }

    private static Set<String> names(Source source, List<String> opened) {
        return opened.isEmpty()
                ? Set.of()
                : Selection.of(opened, source).stream()
                        .map(d -> name(source, d, d))
                        .collect(Collectors.toSet());
    }

    /** Names a device of one host among several. */
    private static String name(Source source, Object part, HostDevice device) {
        return source.hostOf(part) + " " + device.name();
    }

    /** Of every device, in their order; those that are {@code opened} may be reset. */
    private static List<DeviceProbe> probes(
            List<HostDevice> devices, Set<String> opened, Source source, Terminal terminal) {
        Map<Boolean, List<HostDevice>> parts =
                devices.stream().collect(Collectors.partitioningBy(d -> opened.contains(name(source, d, d))));
        Map<String, DeviceProbe> reset = new HashMap<>();
        source.probe(parts.getOrDefault(true, List.of()), true, null)
                .forEach(p -> reset.put(name(source, p, p.device()), p));
        Iterator<DeviceProbe> untouched = Parts.of(
                        parts.getOrDefault(false, List.of()), part -> source.probe(part, false, null), terminal)
                .iterator();
        List<DeviceProbe> all = new ArrayList<>();
        for (HostDevice device : devices) {
            DeviceProbe opens = reset.get(name(source, device, device));
            all.add(opens != null ? opens : untouched.next());
        }
        return all;
    }

    /** Whole or not at all: a reader never finds half a file. What is no file, such as a pipe, is written to as it is. */
    private static void write(Path file, String json) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            Files.writeString(file, json, StandardOpenOption.WRITE);
            return;
        }
        Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        Path temporary = target.resolveSibling(
                "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            Files.writeString(temporary, json, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
