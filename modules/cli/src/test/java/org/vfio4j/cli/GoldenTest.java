/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.UserHost;

/** Everything that {@code vfio} prints, as a whole. */
class GoldenTest {
    private static final String SAMPLES = Tree.SAMPLES.toString();
    private static final String NODE7 = "src/test/resources/snapshots/node7.json";

    @TempDir
    private Path folder;

    /** Runs the line on the sample devices' machine; {@code NODE7} stands for the snapshot and {@code SAMPLES} for the tree. */
    private void golden(String name, String... args) throws IOException {
        golden(name, Run.on(Tree.SAMPLES, paths(args)), args);
    }

    private void golden(String name, Run run, String... args) throws IOException {
        String transcript = run.transcript(args)
                .replace(SAMPLES, "SAMPLES")
                .replace(NODE7, "NODE7")
                .replace(folder.toString(), "FOLDER")
                .replace(Runtime.version().toString(), "JAVA");
        Golden.assertSame(name, transcript);
    }

    private static String[] paths(String... args) {
        return Stream.of(args)
                .map(a -> a.replace("SAMPLES", SAMPLES).replace("NODE7", NODE7))
                .toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "types",
                "list",
                "probe",
                "plan",
                "display",
                "screenshot",
                "edid",
                "vnc",
                "state",
                "snapshot",
                "preflight",
                "migrate",
                "rules",
                "explain",
                "serve",
                "serve-device",
                "start",
                "stop",
                "define",
                "undefine",
                "modify",
                "run",
                "config"
            })
    void everyCommandExplainsItself(String command) throws IOException {
        golden("help-" + command, command, "--help");
    }

    @Test
    void theToolExplainsItself() throws IOException {
        golden("help", "--help");
        golden("help-nothing");
        golden("help-help-list", "help", "list");
    }

    @Test
    void theVersionIsTold() throws IOException {
        golden("version", "--version");
    }

    @ParameterizedTest
    @CsvSource({
        "types,table", "types,json", "types,yaml",
        "list,table", "list,json", "list,yaml",
        "probe,table", "probe,json", "probe,yaml",
    })
    void aCapturedTreeInEveryForm(String command, String form) throws IOException {
        golden("tree-" + command + "-" + form, command, "--host", "SAMPLES", "-o", form);
    }

    @ParameterizedTest
    @CsvSource({
        "types,table", "types,json", "types,yaml",
        "list,table", "list,json", "list,yaml",
        "probe,table", "probe,json", "probe,yaml",
    })
    void aSnapshotInEveryForm(String command, String form) throws IOException {
        golden("snapshot-" + command + "-" + form, command, "--host", "NODE7", "-o", form);
    }

    @Test
    void aSnapshotOfATree() throws IOException {
        golden("snapshot", "snapshot", "--host", "SAMPLES");
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "json", "yaml"})
    void theTourInEveryForm(String form) throws IOException {
        golden("demo-" + form, "demo", "-o", form);
    }

    @Test
    void evidence() throws IOException {
        golden("probe-evidence", "probe", "--host", "NODE7", "--evidence");
        golden("probe-evidence-demo", "probe", "--host", "demo", "--evidence");
    }

    @Test
    void chosenDevicesAndParents() throws IOException {
        golden("probe-chosen", "probe", "--host", "NODE7", "0000:02:00.0", "1f0f2d6a-0000-4000-8000-000000000007");
        golden("types-parent", "types", "--host", "NODE7", "--parent", "0000:00:02.0");
        golden("probe-debugfs", "probe", "--host", "SAMPLES", "--way", "debugfs");
    }

    @Test
    void rulesAreListed() throws IOException {
        golden("rules", "rules");
        golden("rules-one", "rules", "vfio-user-state-lost");
        golden("rules-one-json", "rules", "mtty-dirty-tracking", "-o", "json");
        golden("rules-of-two", "rules", "migration-unknown");
        golden("error-rules-unknown", "rules", "nothing-of-the-kind");
    }

    @Test
    void textsAreExplained() throws IOException {
        String error = "qemu-system-x86_64: -vnc unix:v: The console requires display DMABUF support.";
        golden("explain", "explain", error);
        golden("explain-json", "explain", "-o", "json", error);
        golden("explain-nothing-known", "explain", "it does not work");
        golden("explain-nothing-known-json", "explain", "it does not work", "-o", "json");
        golden("error-explain-empty", "explain", " ");
        byte[] log = (error + "\nvfio: Cannot reset device a\u001b[2J, no available reset mechanism.\n")
                .getBytes(StandardCharsets.UTF_8);
        golden("explain-input", Run.reading(log, "explain"), "explain");
        golden("explain-dash", Run.reading(log, "explain", "-"), "explain", "-");
        golden("error-explain-long", Run.reading(new byte[(1 << 16) + 1], "explain"), "explain");
    }

    /** A failure that passes on a text of somebody's is explained as that text is. */
    @Test
    void aFailureWhoseTextIsKnownCarriesItsExplanation() throws IOException {
        String[] args = {"list", "--host", "demo"};
        Supplier<Host> stale = () -> {
            throw new CommandException(
                    ExitCode.ENVIRONMENT, "cannot read /run/host/sys: Transport endpoint is not connected", "");
        };
        golden("error-known-text", Run.on(folder, stale, false, args), args);
    }

    @Test
    void colours() throws IOException {
        String[] args = {"probe", "--host", "NODE7"};
        golden("probe-colour", Run.on(folder, UserHost::demo, true, paths(args)), args);
        String[] help = {"--help"};
        golden("help-colour", Run.on(folder, UserHost::demo, true, help), help);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unknown-command        | frobnicate",
                "unknown-help           | help frobnicate",
                "unknown-option         | list --frobnicate",
                "unknown-top-option     | --frobnicate list",
                "option-twice           | list -o json -o yaml",
                "option-without-value   | list --host",
                "value-for-a-flag       | probe --open=maybe",
                "too-many-arguments     | list everything",
                "unknown-form           | list -o xml",
                "unknown-host           | list --host nowhere",
                "host-is-no-tree        | list --host src",
                "host-is-no-snapshot    | list --host pom.xml",
                "unknown-way            | probe --host SAMPLES --way telepathy",
                "way-of-a-snapshot      | probe --host NODE7 --way open",
                "open-of-a-snapshot     | probe --host NODE7 --open 0000:01:00.0",
                "open-without-a-name    | probe --host demo --open",
                "snapshot-open-recorded | snapshot --host NODE7 --open 0000:01:00.0",
                "snapshot-open-unknown  | snapshot --host SAMPLES --open 0000:99:00.0",
                "unknown-device         | probe --host SAMPLES 0000:00:1f.0",
                "short-prefix           | probe --host SAMPLES 1f0",
                "ambiguous-prefix       | probe --host SAMPLES 1f0f2d6a",
                "ambiguous-of-three     | probe --host NODE7 1f0f",
                "unknown-parent         | types --host SAMPLES --parent nvidia",
                "snapshot-no-folder     | snapshot --host SAMPLES src/nowhere/x.json",
                "snapshot-folder        | snapshot --host SAMPLES src",
                "socket-not-there       | probe src/gone.sock",
                "file-that-is-no-socket | screenshot ./pom.xml src/gone.png",
                "served-on-a-file       | serve-device -p mdpy -t mdpy-vga --socket-path pom.xml",
                "served-in-no-folder    | serve-device -p mdpy -t mdpy-vga --socket-path src/gone/gpu.sock",
                "served-on-no-fd        | serve-device -p mdpy -t mdpy-vga --fd 4711",
            })
    void mistakes(String name, String line) throws IOException {
        golden("error-" + name, line.split(" ", -1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"types", "list", "probe"})
    void aMachineWithoutVfioSaysSoAndWhatToDo(String command) throws IOException {
        Tree.bare(folder);

        golden("bare-" + command, Run.on(folder, command), command);
        golden(
                "bare-tree-" + command,
                Run.on(folder, command, "--host", folder.toString()),
                command,
                "--host",
                "FOLDER");
    }

    @ParameterizedTest
    @ValueSource(strings = {"types", "list", "probe"})
    void aMachineWithVfioAndNoDevicesSaysSo(String command) throws IOException {
        new Tree(folder).attribute("dev/vfio/vfio", "").directory("sys/bus/pci/devices");

        golden("empty-" + command, Run.on(folder, command), command);
    }

    @Test
    void aDeviceThatSomebodyHoldsIsInUse() throws IOException {
        Tree.samples(folder).process(4711, "qemu-system-x86", "/dev/vfio/6");

        golden("in-use-list", Run.on(folder, "list"), "list");
    }

    @Test
    void aDeviceInUseIsNotTouched() throws IOException {
        Supplier<Host> demo = () -> {
            UserHost host = UserHost.demo();
            host.open(host.inventory().devices().getLast());
            return host;
        };
        String[] args = {"probe", "--host", "demo"};

        golden("in-use-probe", Run.on(folder, demo, false, args), args);
    }

    @Test
    void namesAndTextsThatWouldSteerATerminalDoNot() throws IOException {
        String types = "sys/devices/virtual/mtty/mtty/mdev_supported_types/";
        Tree.samples(folder)
                .attribute(types + "mtty-1/description", "low: 4\nhigh:\t8\n")
                .attribute(types + "mtty-2/description", "\u001b]0;owned\u0007\n")
                .attribute(types + "mtty-1/name", "right\u202eto left \u200b\n")
                .directory(types + "evil\u001b[2J")
                .process(4711, "\u001b[31mqemu", "/dev/vfio/6")
                .attribute("proc/4712/fd", "");

        golden("hostile-types", Run.on(folder, "types"), "types");
        golden("hostile-list", Run.on(folder, "list"), "list");
        golden("hostile-argument", Run.on(folder, "probe", "\u001b[2J"), "probe", "ESC[2J");
    }
}
