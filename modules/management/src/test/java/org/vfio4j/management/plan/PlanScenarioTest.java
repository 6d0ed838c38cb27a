/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.management.domain.DomainXml;
import org.vfio4j.management.rule.Rule;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every file of src/test/scenarios/plan: a device, a machine, wishes, and what the plan must be. Run with -Dgolden.update=true to write what is
 * planned into the files, and read the difference before it is committed.
 */
class PlanScenarioTest {
    private static final Path FOLDER = Path.of("src/test/scenarios/plan");
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .defaultPrettyPrinter(
                    new DefaultPrettyPrinter().withArrayIndenter(new DefaultIndenter().withLinefeed("\n")))
            .build();

    private final Planner planner = new Planner(Planner.rules());

    static Stream<String> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void thePlanIsAsTheFileSays(String name) throws IOException {
        Path file = FOLDER.resolve(name);
        byte[] json = Files.readAllBytes(file);
        ObjectNode expected = planned(PlanScenario.read(json));
        ObjectNode scenario = (ObjectNode) MAPPER.readTree(json);
        if (Boolean.getBoolean("golden.update")) {
            scenario.set("expected", expected);
            Files.writeString(file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(scenario) + "\n");
            return;
        }

        assertThat(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(expected))
                .isEqualTo(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(scenario.get("expected")));
    }

    @Test
    void everyRuleIsMetInSomeScenario() throws IOException {
        Set<String> met = new HashSet<>();
        for (String name : scenarios().toList()) {
            ObjectNode scenario = (ObjectNode) MAPPER.readTree(Files.readAllBytes(FOLDER.resolve(name)));
            scenario.path("expected")
                    .path("findings")
                    .forEach(finding -> met.add(finding.stringValue().replaceFirst(".* ", "")));
        }

        assertThat(Planner.rules().rules())
                .extracting(Rule::id)
                .filteredOn(id -> !met.contains(id))
                .isEmpty();
    }

    private ObjectNode planned(PlanScenario scenario) {
        String xml = scenario.domain();
        DomainXml domain = xml == null ? null : DomainXml.read(xml.getBytes(StandardCharsets.UTF_8));
        List<Candidate> candidates = new ArrayList<>();
        for (Candidate candidate : scenario.candidates()) {
            candidates.add(
                    domain == null
                            ? candidate
                            : new Candidate(
                                    candidate.probe(),
                                    candidate.apiOrNull(),
                                    candidate.socketOrNull(),
                                    LibvirtXml.asked(domain, candidate.name())));
        }
        VmFacts vm = domain == null ? scenario.vm() : scenario.vm().with(domain);
        Plan plan = planner.plan(candidates, vm, scenario.wishes());
        ObjectNode node = MAPPER.createObjectNode().put("works", plan.works());
        ArrayNode findings = node.putArray("findings");
        plan.findings().forEach(finding -> findings.add(finding.severity().word() + " " + finding.id()));
        if (!plan.works()) {
            return node;
        }
        if (scenario.wishes().manager() == Wishes.Manager.LIBVIRT) {
            xml(plan, domain, node);
        }
        ArrayNode arguments = node.putArray("qemu");
        List<String> all = QemuArguments.of(plan);
        for (int i = 0; i < all.size(); i += 2) {
            arguments.add(all.get(i) + " " + all.get(i + 1));
        }
        return node;
    }

    private static void xml(Plan plan, @Nullable DomainXml domain, ObjectNode node) {
        if (domain == null) {
            ArrayNode lines = node.putArray("libvirt");
            LibvirtXml.alone(plan).lines().forEach(lines::add);
        } else {
            LibvirtXml.apply(plan, domain);
            ArrayNode lines = node.putArray("diff");
            domain.diff("domain.xml").lines().forEach(lines::add);
        }
    }
}
