/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.rule;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.Finding;

/**
 * Something that is known to go wrong, or worth knowing.
 *
 * @param id stable, for scripts, such as {@code dmabuf-on-vnc}
 * @param severity of its finding
 * @param componentOrNull whose version decides whether it applies: {@code qemu}, {@code libvirt} or {@code linux}; null if it always does
 * @param fromOrNull the first version it applies to; null for all up to {@code toOrNull}
 * @param toOrNull the first version it no longer applies to; null if none is known
 * @param when all of this must be the case
 * @param sets properties of QEMU's device that are set because of it, by their names
 * @param text what is the case, a sentence in which {@code {fact}} stands for the fact's values
 * @param remedy what to do, a sentence of the same form; empty where nothing needs to be done
 * @param source where it is known from
 */
public record Rule(
        String id,
        Finding.Severity severity,
        @Nullable String componentOrNull,
        @Nullable Version fromOrNull,
        @Nullable Version toOrNull,
        List<Condition> when,
        Map<String, String> sets,
        String text,
        String remedy,
        String source) {
    private static final Pattern FACT = Pattern.compile("\\{([a-z0-9.-]+)\\}");

    public Rule {
        when = List.copyOf(when);
        sets = Collections.unmodifiableMap(new LinkedHashMap<>(sets));
    }

    /** Whose version decides. */
    public Optional<String> component() {
        return Optional.ofNullable(componentOrNull);
    }

    /**
     * Its finding, if it applies. A version that is not known is taken for one it applies to, and the finding says so: what cannot be told must
     * not be turned on.
     *
     * @param subject of the finding
     */
    public Optional<Finding> apply(String subject, Facts facts) {
        for (int i = 0; i < when.size(); i++) {
            if (!when.get(i).holds(facts)) {
                return Optional.empty();
            }
        }
        if (componentOrNull == null || (fromOrNull == null && toOrNull == null)) {
            return Optional.of(finding(subject, facts, ""));
        }
        Optional<Version> version = facts.text(componentOrNull + ".version").flatMap(Version::parse);
        if (version.isEmpty()) {
            return Optional.of(finding(subject, facts, " (" + applies() + "; the version here is not known)"));
        }
        return covers(version.get()) ? Optional.of(finding(subject, facts, "")) : Optional.empty();
    }

    /** Whether it applies to a version of its component. */
    public boolean covers(Version version) {
        return (fromOrNull == null || version.compareTo(fromOrNull) >= 0)
                && (toOrNull == null || version.compareTo(toOrNull) < 0);
    }

    /** Which versions it applies to, in words. */
    public String applies() {
        if (componentOrNull == null || (fromOrNull == null && toOrNull == null)) {
            return "always";
        }
        String from = fromOrNull == null ? "" : " from " + fromOrNull;
        String to = toOrNull == null ? "" : " before " + toOrNull;
        return componentOrNull + (from.isEmpty() && to.isEmpty() ? ", any version" : from + to);
    }

    private Finding finding(String subject, Facts facts, String doubt) {
        return new Finding(id, severity, subject, fill(text, facts) + doubt, fill(remedy, facts));
    }

    private static String fill(String template, Facts facts) {
        if (template.indexOf('{') < 0) {
            return template;
        }
        return FACT.matcher(template)
                .replaceAll(match ->
                        Matcher.quoteReplacement(facts.text(match.group(1)).orElse("unknown")));
    }
}
