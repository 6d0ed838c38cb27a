/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.preflight.VersionRule.Form;
import org.vfio4j.management.preflight.VersionRule.Range;
import org.vfio4j.management.preflight.VersionRule.Side;
import org.vfio4j.management.preflight.VersionRule.Span;
import org.vfio4j.management.rule.RuleException;
import org.vfio4j.management.rule.Version;

/** The vendors' rules for versions; the first that fits counts. Where there is none, versions are compared as texts. */
public final class VersionRules {
    /** The longest file that is read, in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    private static final Pattern PCI_VENDOR = Pattern.compile("[0-9a-f]{4}");
    private static final int MAX_DIGITS = 8;

    private final List<VersionRule> rules;

    private VersionRules(List<VersionRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /** Those that come with this release. */
    public static VersionRules builtIn() {
        try (InputStream in = VersionRules.class.getResourceAsStream("versions.json")) {
            if (in == null) {
                throw new IllegalStateException("this release was built without versions.json");
            }
            return read(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads rules from UTF-8 JSON: {@code {"versions": [{"id", "drivers": [name…], "side", "form", "ranges": [{"destination": {"from",
     * "below"}, "accepts": {"from", "below"}}], "pci_vendor", "guest_digits", "source"}]}}.
     *
     * @throws RuleException where it is wrong
     */
    public static VersionRules read(byte[] json) {
        return new VersionRules(BoundedJson.parse(json, "version rules", MAX_BYTES, RuleException::new)
                .objectOf("versions")
                .at("versions")
                .each(VersionRules::rule));
    }

    /** These, and where none of these fits, those. */
    public VersionRules before(VersionRules others) {
        List<VersionRule> all = new ArrayList<>(rules);
        all.addAll(others.rules);
        return new VersionRules(all);
    }

    /** All of them. */
    public List<VersionRule> rules() {
        return rules;
    }

    /** The rule for a driver. */
    Optional<VersionRule> find(Side side, @Nullable String driverOrNull) {
        for (int i = 0; i < rules.size(); i++) {
            VersionRule rule = rules.get(i);
            if (rule.side() == side && driverOrNull != null && rule.drivers().contains(driverOrNull)) {
                return Optional.of(rule);
            }
        }
        return Optional.empty();
    }

    private static VersionRule rule(Cursor at) {
        at.objectOf("id", "drivers", "side", "form", "ranges", "pci_vendor", "guest_digits", "source");
        Form form = at.at("form").word(Form.values(), Form::word);
        List<Range> ranges = at.at("ranges").eachOrNone(VersionRules::range);
        if ((form == Form.RANGES) == ranges.isEmpty()) {
            throw at.at("ranges").wrong("ranges where the form is ranges, and only there");
        }
        String vendor = at.at("pci_vendor").textOrNull();
        if (vendor != null && !PCI_VENDOR.matcher(vendor).matches()) {
            throw at.at("pci_vendor").wrong("four hexadecimal digits such as 10de");
        }
        Integer digits = at.at("guest_digits").countOrNull();
        if (digits != null && digits > MAX_DIGITS) {
            throw at.at("guest_digits").wrong("at most " + MAX_DIGITS);
        }
        return new VersionRule(
                at.at("id").text(),
                at.at("drivers").each(Cursor::text),
                at.at("side").word(Side.values(), Side::word),
                form,
                ranges,
                vendor,
                digits == null ? 0 : digits,
                at.at("source").text());
    }

    private static Range range(Cursor at) {
        at.objectOf("destination", "accepts");
        return new Range(span(at.at("destination")), span(at.at("accepts")));
    }

    private static Span span(Cursor at) {
        at.objectOf("from", "below");
        return new Span(version(at.at("from")), version(at.at("below")));
    }

    private static Version version(Cursor at) {
        return Version.parse(at.text()).orElseThrow(() -> at.wrong("a version such as 580.65"));
    }
}
