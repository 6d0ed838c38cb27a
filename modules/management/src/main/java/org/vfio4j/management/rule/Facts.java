/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.rule;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is the case, for rules to look at: names such as {@code device.display} with one value or several, such as {@code dmabuf}. What is not
 * known is not there, or says so by the value {@code unknown}, as the fact's description has it.
 */
public final class Facts {
    private final Map<String, List<String>> values;

    private Facts(Map<String, List<String>> values) {
        this.values = values;
    }

    /** Nothing is known. */
    public static Facts none() {
        return new Facts(Map.of());
    }

    /** Starts with nothing. */
    public static Builder builder() {
        return new Builder(new HashMap<>(), false);
    }

    /** Starts with these. */
    public Builder toBuilder() {
        return new Builder(values, true);
    }

    /** Every value of a fact; none if it is not known. */
    public List<String> all(String name) {
        List<String> found = values.get(name);
        return found == null ? List.of() : found;
    }

    /** A fact's values in words. */
    public Optional<String> text(String name) {
        List<String> found = all(name);
        return found.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", found));
    }

    /** The facts by their names. */
    @Override
    public String toString() {
        return new TreeMap<>(values).toString();
    }

    /** Collects facts; a later value of a name takes the earlier one's place. */
    public static final class Builder {
        private Map<String, List<String>> values;
        /** Whether facts have this map, so that it must not change any more. */
        private boolean isShared;

        private Builder(Map<String, List<String>> values, boolean isShared) {
            this.values = values;
            this.isShared = isShared;
        }

        public Builder put(String name, String value) {
            return set(name, List.of(value));
        }

        public Builder put(String name, String... newValues) {
            return set(name, List.of(newValues));
        }

        public Builder put(String name, Collection<String> newValues) {
            return set(name, List.copyOf(newValues));
        }

        /** Leaves the fact out where the value is empty. */
        public Builder put(String name, Optional<?> value) {
            return value.isPresent() ? put(name, value.get().toString()) : this;
        }

        public Builder put(String name, long number) {
            return put(name, Long.toString(number));
        }

        public Builder put(String name, boolean is) {
            return put(name, is ? "yes" : "no");
        }

        private Builder set(String name, List<String> newValues) {
            if (isShared) {
                values = new HashMap<>(values);
                isShared = false;
            }
            values.put(name, newValues);
            return this;
        }

        public Facts build() {
            isShared = true;
            return new Facts(values);
        }
    }
}
