/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.rule;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;

/** Rules in their order, which is the order of their findings. */
public final class RuleBook {
    private static final int MAX_BYTES = 1 << 20;

    private final List<Rule> rules;

    private RuleBook(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    /**
     * Reads a book from UTF-8 JSON: {@code {"rules": [{"id", "severity", "component", "from", "to", "when": [condition…], "sets": {property: value…}, "text",
     * "remedy", "source"}]}}.
     *
     * @throws RuleException where it is wrong
     */
    public static RuleBook read(byte[] json) {
        List<Rule> rules = BoundedJson.parse(json, "rules", MAX_BYTES, RuleException::new)
                .objectOf("rules")
                .at("rules")
                .each(RuleBook::rule);
        Set<String> ids = new HashSet<>();
        for (Rule rule : rules) {
            if (!ids.add(rule.id())) {
                throw new RuleException("rules", "has two rules with the id " + rule.id());
            }
        }
        return new RuleBook(rules);
    }

    /** Reads the book that lies beside a class. */
    public static RuleBook resource(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("this release was built without " + name);
            }
            return read(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public List<Rule> rules() {
        return rules;
    }

    /** The rule with an id. */
    public Optional<Rule> find(String id) {
        return rules.stream().filter(rule -> rule.id().equals(id)).findFirst();
    }

    /** What the rules find in these facts. */
    public List<Finding> findings(String subject, Facts facts) {
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            rules.get(i).apply(subject, facts).ifPresent(findings::add);
        }
        return findings;
    }

    /** The properties that the rules which apply set, by their names. */
    public Map<String, String> properties(Facts facts) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (Rule rule : rules) {
            if (!rule.sets().isEmpty() && rule.apply("", facts).isPresent()) {
                properties.putAll(rule.sets());
            }
        }
        return properties;
    }

    private static Rule rule(Cursor at) {
        at.objectOf("id", "severity", "component", "from", "to", "when", "sets", "text", "remedy", "source");
        Cursor remedy = at.at("remedy");
        return new Rule(
                at.at("id").text(),
                at.at("severity").word(Finding.Severity.values(), Finding.Severity::word),
                at.at("component").textOrNull(),
                version(at.at("from")),
                version(at.at("to")),
                at.at("when").each(RuleBook::condition),
                at.at("sets").entriesOrNone(Cursor::text),
                at.at("text").text(),
                remedy.isAbsent() ? "" : remedy.text(),
                at.at("source").text());
    }

    private static Condition condition(Cursor at) {
        return Condition.parse(at.text())
                .orElseThrow(() -> at.wrong("a condition such as: device.display is dmabuf | region"));
    }

    private static @Nullable Version version(Cursor at) {
        return at.isAbsent() ? null : Version.parse(at.text()).orElseThrow(() -> at.wrong("a version such as 11.1"));
    }
}
