/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.cli.common.ExitCode;

/** Everything that the fleet's commands print, as a whole, over a folder of snapshots. */
@Timeout(300)
class FleetGoldenTest {
    private static final Path FLEET = Path.of("src/test/resources/fleet");
    private static final String ID = "1f0f2d6a-0000-4000-8000-0000000000aa";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "list, fleet list",
        "list-json, fleet list -o json",
        "where-type, fleet where nvidia-704",
        "where-type-json, fleet where nvidia-704 --most 1 -o json",
        "where-spread, fleet where nvidia-702 --spread --most 2",
        "where-device, fleet where 1f0f2d6a-0000-4000-8000-000000000011",
        "where-device-json, fleet where node1/1f0f2d6a-0000-4000-8000-000000000011 --most 1 -o json",
        "where-none, fleet where node5/1f0f2d6a-0000-4000-8000-000000000051",
        "where-unknown, fleet where nvidia-999",
        "matrix, fleet matrix nvidia-704",
        "matrix-json, fleet matrix nvidia-704 -o json",
        "matrix-most, fleet matrix --most 1",
        "matrix-most-json, fleet matrix nvidia-704 --most 1 -o json",
        "drain, fleet drain node1",
        "drain-stays, fleet drain node5",
        "drain-json, fleet drain node1 -o json",
        "drain-unknown, fleet drain node9",
        "what-if, fleet what-if --set host_driver_version=580.65.05 node4 node5",
        "what-if-breaks, fleet what-if --set host_driver_version=590.1 node1",
        "what-if-json, fleet what-if --set host_driver_version=590.1 node1 -o json",
        "what-if-nothing, fleet what-if --set colour=red node1",
        "drift, fleet drift --name node1",
        "drift-unknown, fleet drift --name nowhere -o json",
        "export-dra, fleet export node1 --form dra",
        "export-nfd, fleet export node1 --form nfd",
        "export-nfd-file, fleet export node1 --form nfd-file",
        "export-cdi, fleet export node1 --form cdi",
        "export-form, fleet export node1 --form html"
    })
    void answers(String name, String line) throws IOException {
        String[] shown = line.split(" ", -1);
        Golden.assertSame("fleet-" + name, on(FLEET, shown).transcript(shown));
    }

    @ParameterizedTest
    @CsvSource({
        "no-question, fleet",
        "unknown-question, fleet who",
        "no-inventory, fleet list",
        "help, help fleet where"
    })
    void whatIsMissingIsSaid(String name, String line) throws IOException {
        String[] args = line.split(" ", -1);
        Golden.assertSame("fleet-" + name, Run.on(Tree.SAMPLES, args).transcript(args));
    }

    @Test
    void aReservationsLife() throws IOException {
        Files.copy(FLEET.resolve("node2.json"), folder.resolve("node2.json"));
        StringBuilder all = new StringBuilder();
        for (String line : List.of(
                "fleet reserve node2 -p 0000:10:00.0 -t nvidia-704 -u " + ID + " --holder nova --for 60 -o json",
                "fleet reserve node2 -p 0000:10:00.0 -t nvidia-704 --holder heat",
                "fleet list",
                "fleet where nvidia-704",
                "fleet release node2 -u " + ID,
                "fleet list",
                "fleet reserve node2 -p 0000:10:00.0 -t nvidia-999 --holder heat",
                "fleet reserve node2 -p 0000:10:00.0",
                "fleet release node2")) {
            String[] args = line.split(" ", -1);
            all.append(on(folder, args).transcript(args)).append('\n');
        }
        Golden.assertSame("fleet-reservation", all.toString());
    }

    @Test
    void whatOthersReservedIsNotStarted() throws IOException {
        try (ServedHost host = ServedHost.in(folder)) {
            Path inventory = folder.resolve("inventory");
            String name = "node1";
            Path file = Files.createDirectories(inventory).resolve(name + ".json");
            host.on(Tree.SAMPLES, "snapshot", "--host", "user", file.toString());
            Files.writeString(
                    file,
                    Files.readString(file)
                            .replaceAll("\"host_name\" : \"[^\"]*\"", "\"host_name\" : \"" + name + "\""));
            for (int i = 0; i < 4; i++) {
                assertThat(on(
                                        inventory,
                                        "fleet",
                                        "reserve",
                                        name,
                                        "-p",
                                        "mdpy",
                                        "-t",
                                        "mdpy-vga",
                                        "-u",
                                        ID.replace("aa", "a" + i))
                                .code())
                        .isZero();
            }
            String[] start = {
                "start", "--name", name, "--inventory", inventory.toString(), "-p", "mdpy", "-t", "mdpy-vga"
            };
            Run refused = host.on(Tree.SAMPLES, start);
            assertThat(refused.code()).isEqualTo(ExitCode.FINDINGS);
            assertThat(refused.err()).contains("reserved by");

            Run wrong = host.on(
                    Tree.SAMPLES,
                    "start",
                    ID.replace("aa", "a1"),
                    "--inventory",
                    inventory.toString(),
                    "--name",
                    "other");
            assertThat(wrong.err()).contains("to be made at other");
            Run made = host.on(
                    Tree.SAMPLES,
                    "start",
                    ID.replace("aa", "a1"),
                    "--inventory",
                    inventory.toString(),
                    "--name",
                    name,
                    "-p",
                    "mdpy",
                    "-t",
                    "mdpy-vga");
            assertThat(made.err()).isEmpty();
            assertThat(host.on(Tree.SAMPLES, "list", "--host", "user").out()).contains(ID.replace("aa", "a1"));
        }
    }

    @Test
    void aReservationOutlivesAStartThatFails() throws IOException {
        try (ServedHost host = ServedHost.in(folder)) {
            Path inventory = Files.createDirectories(folder.resolve("inventory"));
            Path file = inventory.resolve("node2.json");
            host.on(Tree.SAMPLES, "snapshot", "--host", "user", file.toString());
            Files.writeString(
                    file, Files.readString(file).replaceAll("\"host_name\" : \"[^\"]*\"", "\"host_name\" : \"node2\""));
            assertThat(reserve(inventory, ID, "--for", "3600").code()).isZero();
            String before = on(inventory, "fleet", "list", "-o", "json").out();
            host.on(Tree.SAMPLES, "start", "-u", ID, "-p", "mdpy", "-t", "mdpy-vga");

            Run again = host.on(
                    Tree.SAMPLES,
                    "start",
                    ID,
                    "-p",
                    "mdpy",
                    "-t",
                    "mdpy-vga",
                    "--name",
                    "node2",
                    "--inventory",
                    inventory.toString());

            assertThat(again.code()).as(again.err()).isEqualTo(ExitCode.FINDINGS);
            assertThat(before).contains(ID);
            assertThat(on(inventory, "fleet", "list", "-o", "json").out()).isEqualTo(before);
        }
    }

    @Test
    void nothingMovesToWhereOthersHaveReserved() throws IOException {
        Path inventory = Files.createDirectories(folder.resolve("inventory"));
        try (ServedHost source = ServedHost.in(folder.resolve("source"));
                ServedHost destination = ServedHost.in(folder.resolve("destination"))) {
            Path file = inventory.resolve("node2.json");
            destination.on(Tree.SAMPLES, "snapshot", "--host", "user", file.toString());
            Files.writeString(
                    file, Files.readString(file).replaceAll("\"host_name\" : \"[^\"]*\"", "\"host_name\" : \"node2\""));
            for (int i = 0; i < 4; i++) {
                assertThat(reserve(inventory, ID.replace("aa", "a" + i)).code()).isZero();
            }
            source.on(Tree.SAMPLES, "start", "-u", ID, "-p", "mdpy", "-t", "mdpy-vga");

            Run refused = migrate(source, ID, inventory);
            assertThat(refused.code()).isEqualTo(ExitCode.FINDINGS);
            assertThat(refused.err()).contains("reserved by");
            assertThat(source.on(Tree.SAMPLES, "list", "--host", "user").out()).contains(ID);

            Run reserved = migrate(source, ID, inventory, "--map", ID + "=" + ID.replace("aa", "a2"));
            assertThat(reserved.code()).as(reserved.err()).isZero();
            assertThat(destination.on(Tree.SAMPLES, "list", "--host", "user").out())
                    .contains(ID.replace("aa", "a2"));
        }
    }

    private static Run reserve(Path inventory, String id, String... more) {
        List<String> line =
                new ArrayList<>(List.of("fleet", "reserve", "node2", "-p", "mdpy", "-t", "mdpy-vga", "-u", id));
        line.addAll(List.of(more));
        return on(inventory, line.toArray(String[]::new));
    }

    private Run migrate(ServedHost source, String device, Path inventory, String... more) {
        List<String> line = new ArrayList<>(List.of("migrate", device, "--name", "node2", "--to"));
        line.addAll(List.of(folder.resolve("destination/run").toString(), "--inventory", inventory.toString()));
        line.addAll(List.of(more));
        return source.on(Tree.SAMPLES, line.toArray(String[]::new));
    }

    private static Run on(Path inventory, String... args) {
        List<String> line = new ArrayList<>(List.of(args));
        line.addAll(2, args[0].equals("start") ? List.of() : List.of("--inventory", inventory.toString()));
        return Run.on(Tree.SAMPLES, line.toArray(String[]::new));
    }
}
