/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.management.domain.DomainXml;
import org.vfio4j.management.explain.Explanations;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.plan.Candidate;
import org.vfio4j.management.plan.LibvirtXml;
import org.vfio4j.management.plan.Plan;
import org.vfio4j.management.plan.PlannedDevice;
import org.vfio4j.management.plan.Planner;
import org.vfio4j.management.plan.RenderNode;
import org.vfio4j.management.plan.VmFacts;
import org.vfio4j.management.plan.Wish;
import org.vfio4j.management.plan.Wishes;
import org.vfio4j.management.rule.Version;

/** Where libvirt's verdict and QEMU's differ, and where libvirt refuses: what both say is what plan/differences.txt says, and our planner says it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlanDifferencesIT {
    private static final Planner PLANNER = new Planner(Planner.rules());
    private static final Explanations EXPLANATIONS = Explanations.builtIn();
    private static final List<String> TYPES =
            List.of("mdpy-xga", "mdpy-vga", "mbochs-medium", "mtty-1", "vfio-ccw", "vfio-ap");

    private final List<Difference> differences = Difference.all();
    private Set<String> againstTheSchema = Set.of();
    private Map<String, PlanJudges.Answer> answers = Map.of();

    @BeforeAll
    void ask(@TempDir Path folder) throws Exception {
        PlanJudges judges = new PlanJudges(folder);
        for (Difference difference : differences) {
            judges.add(difference.title(), xml(difference));
        }
        againstTheSchema = judges.againstTheSchema();
        answers = judges.arguments();
    }

    List<Difference> differences() {
        return differences;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("differences")
    void libvirtSaysSo(Difference difference) {
        PlanJudges.Answer answer = answer(difference);

        assertThat(againstTheSchema.contains(difference.title()) ? "refuses" : "takes")
                .isEqualTo(difference.field("schema"));
        assertThat(answer.takes() ? "takes" : answer.text()).isEqualTo(difference.field("libvirt"));
        if (!answer.takes()) {
            assertThat(EXPLANATIONS.of(answer.text())).as(answer.text()).isNotEmpty();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("differences")
    void thePlannerSaysSo(Difference difference) {
        Plan plan = plan(difference);
        String[] expected = difference.field("planner").split(" ", 2);
        List<Finding> findings = plan.findings().stream()
                .filter(finding -> finding.id().equals(expected[1]))
                .toList();

        assertThat(verdict(plan)).as(plan.findings().toString()).isEqualTo(expected[0]);
        assertThat(findings).as(plan.findings().toString()).hasSize(1);
        if (answer(difference).takes()
                && !expected[0].equals("works")
                && !difference.title().contains("has none")) {
            assertThat(findings.getFirst().text())
                    .containsPattern("libvirt (would let|lets|accepts|refuses it for two)");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("differences")
    void qemuSaysSo(Difference difference) throws Exception {
        String expected = difference.field("qemu");
        if (difference.isS390()) {
            assertThat(s390(difference.devices().getFirst(), expected)).contains(expected);
        } else if (!expected.equals("-") && !expected.equals("starts")) {
            assertThat(TruthRow.all())
                    .as("a row of truth.txt")
                    .anyMatch(row -> row.qemu().equals("refuses: " + expected));
        }
    }

    /** What a machine of s390x says; a bus for vfio-ap is only there with KVM, so without it QEMU tells just what properties there are. */
    private static String s390(String driver, String expected) throws Exception {
        assertThat(PlanJudges.qemu("s390x", List.of("-device", driver + ",help")))
                .contains("sysfsdev=")
                .doesNotContain("display=");
        if (driver.equals("vfio-ap")) {
            return expected;
        }
        String device = driver + ",sysfsdev=/sys/bus/mdev/devices/" + uuid(driver) + ",display=on";
        return PlanJudges.qemu(
                "s390x", List.of("-machine", "s390-ccw-virtio", "-nodefaults", "-display", "none", "-device", device));
    }

    private PlanJudges.Answer answer(Difference difference) {
        return assertThat(answers.get(difference.title()))
                .as(difference.title())
                .isNotNull()
                .actual();
    }

    private static String verdict(Plan plan) {
        if (!plan.works()) {
            return "no";
        }
        return plan.devices().stream().anyMatch(PlannedDevice::display) ? "works" : "off";
    }

    private static Plan plan(Difference difference) {
        DomainXml domain = DomainXml.read(xml(difference).getBytes(StandardCharsets.UTF_8));
        List<Candidate> candidates = new ArrayList<>();
        for (String type : difference.devices()) {
            Candidate bare = PlanCombination.candidate(
                    uuid(type), type.split("-", 2)[0], type, difference.isS390() ? type : null);
            candidates.add(new Candidate(bare.probe(), bare.apiOrNull(), null, LibvirtXml.asked(domain, bare.name())));
        }
        VmFacts known = VmFacts.UNKNOWN
                .versions(
                        Version.parse("11.1.3").orElseThrow(),
                        Version.parse("11.3.0").orElseThrow())
                .renderNode(new RenderNode.At("/dev/dri/renderD128"));
        if (difference.field("wishes").contains("--graphics none")) {
            known = known.consoles(List.of());
        }
        return PLANNER.plan(
                candidates,
                known.with(domain),
                new Wishes(
                        wish(difference, "--display"),
                        wish(difference, "--ramfb"),
                        Wish.AUTO,
                        null,
                        Wishes.Manager.LIBVIRT));
    }

    private static Wish wish(Difference difference, String option) {
        List<String> words = List.of(difference.field("wishes").split(" ", -1));
        int at = words.indexOf(option);
        return at < 0 ? Wish.AUTO : Wish.valueOf(words.get(at + 1).toUpperCase(Locale.ROOT));
    }

    private static String xml(Difference difference) {
        String devices = difference.xml();
        for (String type : TYPES) {
            devices = devices.replace("uuid='" + type + "'", "uuid='" + uuid(type) + "'");
        }
        return difference.isS390()
                ? PlanJudges.domain(devices, "s390x", "s390-ccw-virtio")
                : PlanJudges.domain(devices, "x86_64", "q35");
    }

    private static String uuid(String type) {
        return "1f0f2d6a-0000-4000-8000-0000000000a" + TYPES.indexOf(type);
    }
}
