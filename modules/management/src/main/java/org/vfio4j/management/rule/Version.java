/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of numbers, such as 11.1.3; what follows them in a longer text does not count. Missing numbers are 0.
 *
 * @param numbers the first is the most important one, at most {@link #MAX_NUMBERS} of them
 */
public record Version(List<Integer> numbers) implements Comparable<Version> {
    private static final int MAX_NUMBERS = 4;
    private static final Pattern FORM = Pattern.compile("\\d{1,8}(\\.\\d{1,8}){0,3}");

    public Version {
        numbers = List.copyOf(numbers);
    }

    /** The first version in a text, such as QEMU's answer to {@code --version}; empty if there is none. */
    public static Optional<Version> find(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.find() ? Optional.of(of(matcher.group())) : Optional.empty();
    }

    /** The version that a text is; empty if it is none, or more. */
    public static Optional<Version> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(of(text)) : Optional.empty();
    }

    private static Version of(String text) {
        List<Integer> numbers = new ArrayList<>(MAX_NUMBERS);
        for (String number : text.split("\\.", -1)) {
            numbers.add(Integer.valueOf(number));
        }
        return new Version(numbers);
    }

    @Override
    public int compareTo(Version other) {
        for (int i = 0; i < MAX_NUMBERS; i++) {
            int order = Integer.compare(number(i), other.number(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /** The number at a place, 0 where there is none. */
    public int number(int place) {
        return place < numbers.size() ? numbers.get(place) : 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Version version && compareTo(version) == 0;
    }

    @Override
    public int hashCode() {
        int hash = 0;
        for (int i = 0; i < MAX_NUMBERS; i++) {
            hash = 31 * hash + number(i);
        }
        return hash;
    }

    @Override
    public String toString() {
        return String.join(".", numbers.stream().map(String::valueOf).toList());
    }
}
