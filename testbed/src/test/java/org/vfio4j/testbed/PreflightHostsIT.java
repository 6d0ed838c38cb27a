/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code vfio preflight} between real hosts: the VM with Debian's kernel 6.12, whose mtty migrates, the VM with 6.1, whose mtty does not, and a running
 * {@code vfio serve}. That a machine with such a device really moves within 6.12 and between types does not, PlanTruthIT holds.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(1800)
@ExtendWith(KernelSnapshots.Resolver.class)
class PreflightHostsIT {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String SERIAL = uuid("mtty-1");

    private Path folder = Path.of("");

    @BeforeAll
    void takeSnapshots(@TempDir Path snapshots, KernelSnapshots kernels) throws IOException, InterruptedException {
        folder = snapshots;
        Files.writeString(Path.of(file("linux-6.12")), kernels.of("stock"));
        Files.writeString(Path.of(file("linux-6.1")), kernels.of("6.1"));
        try (Serving host = Serving.in(folder)) {
            host.makeSamples();
            Serving.Result taken = host.vfio("snapshot", "--host", "user", file("user"));
            assertThat(taken.exitCode()).as(taken.err()).isZero();
        }
    }

    private String file(String host) {
        return folder.resolve(host + ".json").toString();
    }

    private static String uuid(String type) {
        return Sample.ALL.stream()
                .filter(sample -> sample.type().equals(type))
                .findFirst()
                .orElseThrow()
                .uuid();
    }

    /** What was found. */
    private record Verdict(int exitCode, JsonNode report) {
        Set<String> blockers() {
            return report.path("findings")
                    .valueStream()
                    .filter(finding -> finding.path("severity").asString().equals("blocker"))
                    .map(finding -> finding.path("id").asString())
                    .collect(Collectors.toSet());
        }

        String text(String id) {
            return report.path("findings")
                    .valueStream()
                    .filter(finding -> finding.path("id").asString().equals(id))
                    .map(finding -> finding.path("text").asString())
                    .findFirst()
                    .orElse("");
        }
    }

    private Verdict preflight(String device, String from, String to, String... more)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                "preflight", "-D", device, "--from", file(from), "--to", file(to), "--qemu", "11.1", "-o", "json"));
        line.addAll(List.of(more));
        Serving.Result result = Serving.vfio(folder, line);
        assertThat(result.err()).isEmpty();
        return new Verdict(result.exitCode(), MAPPER.readTree(result.out()));
    }

    @Test
    void mttyMovesBetweenKernelsThatMigrateIt() throws Exception {
        Verdict verdict = preflight(SERIAL, "linux-6.12", "linux-6.12");

        assertThat(verdict.blockers()).isEmpty();
        assertThat(verdict.exitCode()).isZero();
        assertThat(verdict.report().path("devices").get(0).path("type").asString())
                .isEqualTo("mtty-1");
        assertThat(verdict.text("mtty-dma-logging")).isNotEmpty();
    }

    @Test
    void aKernelWhoseMttyCannotLoadAStateBlocksWithThatReason() throws Exception {
        Verdict verdict = preflight(SERIAL, "linux-6.12", "linux-6.1");

        assertThat(verdict.exitCode()).isEqualTo(1);
        assertThat(verdict.blockers()).containsExactly("destination-migration-not-supported");
        assertThat(verdict.text("destination-migration-not-supported"))
                .contains("(Linux 6.1.")
                .contains("cannot load its state (DEVICE_FEATURE GET MIGRATION: ENOTTY)");
    }

    @Test
    void aKernelWhoseMttyCannotSaveAStateBlocksWithThatReason() throws Exception {
        Verdict verdict = preflight(SERIAL, "linux-6.1", "linux-6.12");

        assertThat(verdict.exitCode()).isEqualTo(1);
        assertThat(verdict.blockers()).containsExactly("migration-not-supported");
        assertThat(verdict.text("migration-not-supported"))
                .contains("(Linux 6.1.")
                .contains("cannot save its state (DEVICE_FEATURE GET MIGRATION: ENOTTY)");
    }

    @Test
    void displaysMoveNowhere() throws Exception {
        for (String type : List.of("mdpy-xga", "mbochs-medium")) {
            Verdict verdict = preflight(uuid(type), "linux-6.12", "linux-6.12");

            assertThat(verdict.exitCode()).isEqualTo(1);
            assertThat(verdict.blockers()).contains("migration-not-supported");
        }
    }

    @Test
    void aStateDoesNotFitAnotherType() throws Exception {
        Verdict verdict = preflight(SERIAL, "linux-6.12", "linux-6.12", "--map", SERIAL + "=" + uuid("mtty-2"));

        assertThat(verdict.exitCode()).isEqualTo(1);
        assertThat(verdict.blockers()).containsExactly("destination-device-other");
        assertThat(verdict.text("destination-device-other")).contains("mtty-2");
    }

    @Test
    void aKernelsDeviceDoesNotBecomeOneOnASocketNorTheOtherWayRound() throws Exception {
        assertThat(preflight(SERIAL, "user", "linux-6.12").blockers()).containsExactly("interface-differs");
        assertThat(preflight(SERIAL, "linux-6.12", "user").blockers()).containsExactly("interface-differs");
    }

    @Test
    void betweenUserSpaceHostsADeviceMoves() throws Exception {
        assertThat(preflight(SERIAL, "user", "user").blockers()).isEmpty();
    }
}
