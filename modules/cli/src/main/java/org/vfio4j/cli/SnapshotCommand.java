/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.management.snapshot.Snapshot;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code vfio snapshot}. */
@Command(
        name = "snapshot",
        mixinStandardHelpOptions = true,
        description = {
            "Writes down what a host has and what its devices answer, as JSON.",
            "types, list and probe read it with --host FILE, on any machine."
        })
final class SnapshotCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "Where to write it; without one, to the standard output.")
    private @Nullable Path file;

    @Mixin
    private HostOption host = new HostOption();

    @Option(names = "--open", description = "Also open physical devices, which resets them.")
    private boolean open;

    private final Terminal terminal;

    SnapshotCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        try (Source source = host.open()) {
            Snapshot snapshot = take(source);
            String json = JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build()
                    .writeValueAsString(Json.snapshot(snapshot));
            if (file == null) {
                terminal.out().println(json);
            } else {
                write(file, json);
                terminal.out()
                        .println("Wrote " + file + ": "
                                + snapshot.inventory().parents().size() + " parents, "
                                + snapshot.probes().size() + " devices.");
            }
            return ExitCode.OK;
        }
    }

    private Snapshot take(Source source) {
        return switch (source) {
            case RecordedSource recorded -> recorded.snapshot();
            case LiveSource live -> {
                Inventory inventory = live.inventory();
                List<DeviceProbe> probes = live.probe(inventory.devices(), new ProbeOptions(open, null));
                Machine machine = live.host().machine();
                yield new Snapshot(
                        live.kind(), machine.hostName(), machine.kernelRelease(), Instant.now(), inventory, probes);
            }
        };
    }

    /** Whole or not at all: a reader never finds half a file. */
    private static void write(Path file, String json) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT, "cannot write " + file + ": there is no folder " + folder, "");
        }
        Path temporary = Files.createTempFile(folder, ".vfio-snapshot", ".json");
        try {
            Files.writeString(temporary, json + "\n", StandardCharsets.UTF_8);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw new CommandException(ExitCode.ENVIRONMENT, "cannot write " + file + ": " + e.getMessage(), "");
        }
    }
}
