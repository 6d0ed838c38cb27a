/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A version of numbers, such as 11.1.3; what follows them in a longer text does not count. Missing numbers are 0.
 *
 * @param numbers the first is the most important one, at most {@link #MAX_NUMBERS} of them
 */
public record Version(List<Integer> numbers) implements Comparable<Version> {
    private static final int MAX_NUMBERS = 4;
    private static final int MAX_DIGITS = 8;
    private static final int TEN = 10;

    public Version {
        numbers = List.copyOf(numbers);
    }

    /** The first version in a text, such as QEMU's answer to {@code --version}; empty if there is none. */
    public static Optional<Version> find(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isDigit(text, i)) {
                return Optional.of(new Version(numbers(text, i, end(text, i))));
            }
        }
        return Optional.empty();
    }

    /** The version that a text is; empty if it is none, or more. */
    public static Optional<Version> parse(String text) {
        int end = end(text, 0);
        return end == 0 || end < text.length() ? Optional.empty() : Optional.of(new Version(numbers(text, 0, end)));
    }

    /** Where the numbers with dots between them end that begin there; {@code from} where none does. */
    private static int end(String text, int from) {
        int end = digits(text, from);
        for (int count = 1;
                count < MAX_NUMBERS && end > from && end < text.length() && text.charAt(end) == '.';
                count++) {
            int next = digits(text, end + 1);
            if (next == end + 1) {
                return end;
            }
            end = next;
        }
        return end;
    }

    private static int digits(String text, int from) {
        int end = from;
        while (end < from + MAX_DIGITS && isDigit(text, end)) {
            end++;
        }
        return end;
    }

    private static boolean isDigit(String text, int at) {
        return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    private static List<Integer> numbers(String text, int from, int end) {
        List<Integer> numbers = new ArrayList<>(MAX_NUMBERS);
        int number = 0;
        for (int i = from; i < end; i++) {
            if (text.charAt(i) == '.') {
                numbers.add(number);
                number = 0;
            } else {
                number = number * TEN + (text.charAt(i) - '0');
            }
        }
        numbers.add(number);
        return numbers;
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
        StringBuilder text = new StringBuilder().append(numbers.getFirst());
        for (int i = 1; i < numbers.size(); i++) {
            text.append('.').append(numbers.get(i));
        }
        return text.toString();
    }
}
