/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.vfio4j.management.plan.Planner;
import org.vfio4j.management.preflight.Preflight;

/** docs/planning.md says of every fact that a rule looks at or names what it is. */
class DocumentedFactsTest {
    private static final Path DOCUMENT = Path.of("../../docs/planning.md");
    private static final Pattern NAMED = Pattern.compile("\\{([a-z0-9.-]+)\\}");

    @Test
    void everyFactIsDocumented() throws IOException {
        String text = Files.readString(DOCUMENT);
        Set<String> facts = new TreeSet<>();
        Stream.concat(Planner.rules().rules().stream(), Preflight.rules().rules().stream())
                .forEach(rule -> {
                    rule.when().forEach(condition -> facts.add(condition.fact()));
                    NAMED.matcher(rule.text() + rule.remedy())
                            .results()
                            .map((MatchResult match) -> match.group(1))
                            .forEach(facts::add);
                });

        assertThat(facts)
                .hasSizeGreaterThan(60)
                .allSatisfy(fact -> assertThat(isIn(text, fact)).as(fact).isTrue());
    }

    /** Under its own name, or under its beginning's with the end beside it: {@code `source`, with `.kernel`}. */
    private static boolean isIn(String text, String fact) {
        int dot = fact.lastIndexOf('.');
        return text.contains("`" + fact + "`")
                || (dot > 0
                        && text.contains("`" + fact.substring(0, dot) + "`")
                        && text.contains("`" + fact.substring(dot) + "`"));
    }
}
