/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.explain;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.rule.RuleException;
import org.vfio4j.management.rule.Version;

/** The error texts that are known. */
public final class Explanations {
    /** The longest text that is explained, in characters. */
    public static final int MAX_LENGTH = 1 << 16;

    private static final int MAX_BYTES = 1 << 20;
    private static final List<String> WRITERS = List.of("QEMU", "libvirt", "mdevctl", "Linux", "FUSE");

    private final List<KnownText> known;

    /** Errors before what is harmless, the most specific first. */
    private Explanations(List<KnownText> known) {
        this.known = known.stream()
                .sorted(Comparator.comparing(KnownText::isHarmless)
                        .thenComparingInt(k -> -k.pattern().literals()))
                .toList();
    }

    /** Those that come with this release. */
    public static Explanations builtIn() {
        try (InputStream in = Explanations.class.getResourceAsStream("texts.json")) {
            if (in == null) {
                throw new IllegalStateException("this release was built without texts.json");
            }
            return read(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads them from UTF-8 JSON: {@code {"texts": [{"id", "whose", "pattern", "harmless", "from", "to", "cause", "remedy", "source",
     * "sample"}]}}.
     *
     * @throws RuleException where it is wrong
     */
    static Explanations read(byte[] json) {
        List<KnownText> texts = BoundedJson.parse(json, "known texts", MAX_BYTES, RuleException::new)
                .objectOf("texts")
                .at("texts")
                .each(Explanations::text);
        Set<String> ids = new HashSet<>();
        for (KnownText text : texts) {
            if (!ids.add(text.id())) {
                throw new RuleException("known texts", "have two with the id " + text.id());
            }
        }
        return new Explanations(texts);
    }

    /**
     * What is known of a text of one or more lines: each thing once, for the first line that has it; errors before what is harmless, the most
     * specific first. A line that is known as a harmless warning is not taken for the error with the same words.
     *
     * @param text at most {@link #MAX_LENGTH} characters
     */
    public List<Explanation> of(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a text is at most " + MAX_LENGTH + " characters long");
        }
        List<String> lines = text.lines().map(String::strip).distinct().toList();
        Map<KnownText, String> found = new LinkedHashMap<>();
        for (KnownText candidate : known) {
            lines.stream()
                    .filter(line -> candidate.pattern().fits(line) && !isHarmless(line, candidate))
                    .findFirst()
                    .ifPresent(line -> found.put(candidate, line));
        }
        return found.entrySet().stream()
                .map(e -> Explanation.of(e.getKey(), e.getValue()))
                .toList();
    }

    /** Whether something more specific than the candidate says that the line is harmless. */
    private boolean isHarmless(String line, KnownText candidate) {
        return known.stream()
                .anyMatch(other -> other.isHarmless()
                        && other.pattern().literals() > candidate.pattern().literals()
                        && other.pattern().fits(line));
    }

    List<KnownText> known() {
        return known;
    }

    private static KnownText text(Cursor at) {
        at.objectOf("id", "whose", "pattern", "harmless", "from", "to", "cause", "remedy", "source", "sample");
        Cursor pattern = at.at("pattern");
        return new KnownText(
                at.at("id").text(),
                at.at("whose").word(WRITERS.toArray(String[]::new), w -> w),
                Pattern.parse(pattern.text())
                        .orElseThrow(() -> pattern.wrong("a text of at least 12 characters beside its {gaps}")),
                at.at("harmless").flag(),
                version(at.at("from")),
                version(at.at("to")),
                at.at("cause").text(),
                at.at("remedy").text(),
                at.at("source").text(),
                at.at("sample").text());
    }

    private static @Nullable Version version(Cursor at) {
        return at.isAbsent() ? null : Version.parse(at.text()).orElseThrow(() -> at.wrong("a version such as 11.1"));
    }
}
