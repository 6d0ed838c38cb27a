/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.rule.Version;

/**
 * Which versions of a vendor's drivers go together.
 *
 * @param id stable, for findings
 * @param drivers on the host, by name: {@code nvidia}
 * @param side whose version moves: the source's host driver, or the guest's driver; what it meets is the destination's host driver
 * @param form how they are compared
 * @param ranges of the form {@code ranges}
 * @param pciVendorOrNull of the devices as the guest sees them, four hexadecimal digits, by which their driver is found in the guest
 * @param guestDigits how many of the last digits of a Windows driver's version are the vendor's own, of which two follow the dot; 0 for none
 * @param source where it is known from
 */
public record VersionRule(
        String id,
        List<String> drivers,
        Side side,
        Form form,
        List<Range> ranges,
        @Nullable String pciVendorOrNull,
        int guestDigits,
        String source) {
    private static final int BEHIND_THE_DOT = 2;

    public VersionRule {
        drivers = List.copyOf(drivers);
        ranges = List.copyOf(ranges);
    }

    /** Whose version moves. */
    public enum Side {
        HOST("host"),
        GUEST("guest");

        private final String word;

        Side(String word) {
            this.word = word;
        }

        /** How files spell it. */
        public String word() {
            return word;
        }
    }

    /** How versions are compared. */
    public enum Form {
        /** As texts. */
        EQUAL("equal"),
        /** The first numbers are equal. */
        SAME_MAJOR("same-major"),
        /** The first numbers are equal, and the destination's second is not lower: what is newer in the minor knows what is older. */
        FORWARD_MINOR("forward-minor"),
        /** The destination's version lies in a range that accepts the one that the moving version lies in. */
        RANGES("ranges"),
        /** Whatever they are: the two do not talk to each other in a vendor's own way. */
        ANY("any");

        private final String word;

        Form(String word) {
            this.word = word;
        }

        /** How files spell it. */
        public String word() {
            return word;
        }
    }

    /** Versions of a destination, and what they accept. */
    public record Range(Span destination, Span accepts) {}

    /** Versions from one up to, but without, another. */
    public record Span(Version from, Version below) {
        boolean holds(Version version) {
            return version.compareTo(from) >= 0 && version.compareTo(below) < 0;
        }
    }

    Optional<String> pciVendor() {
        return Optional.ofNullable(pciVendorOrNull);
    }

    /** Whether a version that moves is accepted; empty where a text is no version that this form could compare. */
    Optional<Boolean> accepts(String moving, String destination) {
        if (form == Form.ANY) {
            return Optional.of(true);
        }
        if (form == Form.EQUAL) {
            return Optional.of(moving.equals(destination));
        }
        Optional<Version> from = Version.parse(moving);
        Optional<Version> to = Version.parse(destination);
        if (from.isEmpty() || to.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(accepts(from.get(), to.get()));
    }

    private boolean accepts(Version moving, Version destination) {
        return switch (form) {
            case ANY -> true;
            case EQUAL -> moving.equals(destination);
            case SAME_MAJOR -> moving.number(0) == destination.number(0);
            case FORWARD_MINOR ->
                moving.number(0) == destination.number(0) && destination.number(1) >= moving.number(1);
            case RANGES ->
                ranges.stream()
                        .anyMatch(r -> r.destination().holds(destination)
                                && r.accepts().holds(moving));
        };
    }

    /** The vendor's own version in a Windows driver's: of 32.0.15.8088 and 5 digits 580.88. The text itself where it is not of that form. */
    String ownVersion(String text) {
        int dots = (int) text.chars().filter(c -> c == '.').count();
        String digits = text.replace(".", "");
        if (guestDigits <= BEHIND_THE_DOT
                || dots != 3
                || digits.length() < guestDigits
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return text;
        }
        String own = digits.substring(digits.length() - guestDigits);
        int dot = own.length() - BEHIND_THE_DOT;
        return own.substring(0, dot) + "." + own.substring(dot);
    }
}
