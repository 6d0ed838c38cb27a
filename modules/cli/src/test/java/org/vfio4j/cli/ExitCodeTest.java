/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.cli.common.ExitCode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What scripts hold on to: exit codes, and that the standard output has the document or nothing. */
class ExitCodeTest {
    private static final Path NODE7 = Path.of("src/test/resources/snapshots/node7.json");

    @TempDir
    private Path folder;

    /** The snapshot whose every unknown answer has this cause, written to a file. */
    private String snapshot(String cause) throws IOException {
        JsonNode document = JsonMapper.shared().readTree(Files.readString(NODE7));
        document.findParents("cause").forEach(answer -> ((ObjectNode) answer).put("cause", cause));
        return Files.writeString(folder.resolve("snapshot.json"), document.toString())
                .toString();
    }

    @ParameterizedTest
    @CsvSource({"no-permission, 3", "no-node, 3", "in-use, 1", "needs-vm, 1", "gone, 1", "intrusive, 1"})
    void aProbeThatCouldAskNothingIsAMatterOfTheMachine(String cause, int code) throws IOException {
        assertThat(Run.on(folder, "probe", "--host", snapshot(cause), "fff51000.ethernet", "0000:02:00.0")
                        .code())
                .isEqualTo(code);
    }

    @Test
    void aProbeThatCouldAskSomethingIsAFinding() throws IOException {
        assertThat(Run.on(folder, "probe", "--host", snapshot("no-permission")).code())
                .isEqualTo(ExitCode.FINDINGS);
    }

    @Test
    void aProbeThatKnowsEverythingIsFine() {
        assertThat(Run.on(folder, "probe", "--host", NODE7.toString(), "1f0f2d6a-0000-4000-8000-000000000007")
                        .code())
                .isEqualTo(ExitCode.OK);
        assertThat(Run.on(folder, "probe", "--host", "demo").code()).isEqualTo(ExitCode.OK);
    }

    @Test
    void aSnapshotOfALaterReleaseIsRefusedByName() throws IOException {
        Path later = folder.resolve("later.json");
        Files.writeString(later, Files.readString(NODE7).replace("\"schema\": 1", "\"schema\": 2"));

        Run run = Run.on(folder, "list", "--host", later.toString());

        assertThat(run.code()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(run.err()).contains(later.toString()).contains("update vfio4j");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "frobnicate",
                "list --frobnicate",
                "list -o xml",
                "probe -o json nothing",
                "list -o json --host nowhere"
            })
    void aRefusalPrintsNothingToTheStandardOutput(String line) {
        Run run = Run.on(Tree.SAMPLES, line.split(" ", -1));

        assertThat(run.code()).isGreaterThan(ExitCode.FINDINGS);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("vfio: ").endsWith("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"types", "list", "probe"})
    void jsonAndYamlAreTheSameDocument(String command) {
        String json = Run.on(folder, command, "--host", NODE7.toString(), "-o", "json")
                .out();
        String yaml = Run.on(folder, command, "--host", NODE7.toString(), "-o", "YAML")
                .out();

        JsonNode document = JsonMapper.shared().readTree(json);

        assertThat(YAMLMapper.builder().build().readTree(yaml)).isEqualTo(document);
        assertThat(document.get("schema").intValue()).isEqualTo(1);
        assertThat(document.get("host").stringValue()).isEqualTo("kernel");
    }

    @Test
    void aSocketThatIsNotThereIsNamed() {
        Run run = Run.on(folder, "probe", "/nowhere/gpu.sock");

        assertThat(run.code()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(run.err()).contains("there is no socket /nowhere/gpu.sock");
    }

    @Test
    void aSocketOfThisFolderNeedsNoSlash() throws IOException {
        Path dead = Path.of("exit-code-test-" + ProcessHandle.current().pid() + ".sock");
        try {
            ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                    .bind(UnixDomainSocketAddress.of(dead))
                    .close();

            Run run = Run.on(folder, "probe", dead.toString());

            assertThat(run.code()).isEqualTo(ExitCode.FINDINGS);
            assertThat(run.out()).contains("Unknown for " + dead, "connect " + dead);
        } finally {
            Files.deleteIfExists(dead);
        }
    }

    @Test
    void aDeviceThatIsNamedTwiceIsProbedOnce() {
        Run run = Run.on(
                folder, "probe", "--host", "demo", "-o", "json", "ab73058b", "ab73058b-0982-3ef1-b743-40e93bc63807");

        assertThat(JsonMapper.shared().readTree(run.out()).get("devices")).hasSize(1);
    }

    @Test
    void aFunctionThatVfioDoesNotHaveIsProbedByItsAddress() throws IOException {
        new Tree(folder)
                .attribute("dev/vfio/vfio", "")
                .directory("sys/devices/pci0000:00/0000:00:03.0")
                .link("sys/devices/pci0000:00/0000:00:03.0/driver", "../../../bus/pci/drivers/e1000e")
                .link("sys/bus/pci/devices/0000:00:03.0", "../../../devices/pci0000:00/0000:00:03.0");

        Run run = Run.on(folder, "probe", "0000:00:03.0");

        assertThat(run.code()).isEqualTo(ExitCode.FINDINGS);
        assertThat(run.out()).contains("0000:00:03.0  e1000e");
    }
}
