/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.rule;

import java.util.List;
import java.util.Optional;

/**
 * What a fact must be for a rule to apply. In words: a fact's name, an operator, and values with {@code |} between them:
 *
 * <pre>
 * device.display is dmabuf | region     one of its values is among them
 * vm.graphics is-not spice-gl | dbus-gl it has values, and none of them is
 * vm.render-node absent                 it has no value
 * device.count at-least 2               its value is a version or a number, not below this one
 * qemu.version below 8.1                the same, below this one
 * </pre>
 *
 * @param fact its name
 * @param operator how it is looked at
 * @param values what it is looked at for
 */
public record Condition(String fact, Operator operator, List<String> values) {
    /** How a fact is looked at. */
    public enum Operator {
        IS("is"),
        IS_NOT("is-not"),
        ABSENT("absent"),
        PRESENT("present"),
        AT_LEAST("at-least"),
        BELOW("below");

        private final String word;

        Operator(String word) {
            this.word = word;
        }
    }

    public Condition {
        values = List.copyOf(values);
    }

    /** Reads a condition; empty if it is none. */
    public static Optional<Condition> parse(String text) {
        String[] parts = text.strip().split("\\s+", 3);
        if (parts.length < 2) {
            return Optional.empty();
        }
        for (Operator operator : Operator.values()) {
            if (operator.word.equals(parts[1])) {
                List<String> values = parts.length == 3 ? List.of(parts[2].split("\\s*\\|\\s*", -1)) : List.of();
                return takes(operator, values)
                        ? Optional.of(new Condition(parts[0], operator, values))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static boolean takes(Operator operator, List<String> values) {
        return switch (operator) {
            case ABSENT, PRESENT -> values.isEmpty();
            case IS, IS_NOT -> !values.isEmpty() && values.stream().noneMatch(String::isBlank);
            case AT_LEAST, BELOW ->
                values.size() == 1 && Version.parse(values.getFirst()).isPresent();
        };
    }

    /** Whether it holds. */
    public boolean holds(Facts facts) {
        List<String> known = facts.all(fact);
        return switch (operator) {
            case IS -> anyIn(known);
            case IS_NOT -> !known.isEmpty() && !anyIn(known);
            case ABSENT -> known.isEmpty();
            case PRESENT -> !known.isEmpty();
            case AT_LEAST -> compared(known).filter(order -> order >= 0).isPresent();
            case BELOW -> compared(known).filter(order -> order < 0).isPresent();
        };
    }

    private boolean anyIn(List<String> known) {
        for (int i = 0; i < known.size(); i++) {
            if (values.contains(known.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Empty where the fact is not known, or no version. */
    private Optional<Integer> compared(List<String> known) {
        if (known.isEmpty()) {
            return Optional.empty();
        }
        return Version.parse(known.getFirst())
                .flatMap(version -> Version.parse(values.getFirst()).map(version::compareTo));
    }

    @Override
    public String toString() {
        return fact + " " + operator.word + (values.isEmpty() ? "" : " " + String.join(" | ", values));
    }
}
