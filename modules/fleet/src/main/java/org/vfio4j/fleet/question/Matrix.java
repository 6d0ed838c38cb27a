/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * From which host to which devices of a type can move, capacity left aside. Hosts that are alike are a group, so a pair of hosts is a pair of
 * groups: a thousand hosts are read from a grid of a few.
 */
public final class Matrix {
    private final String type;
    private final List<List<String>> groups;
    private final Map<String, Integer> groupOf;
    private final Fit[][] fits;
    private final int leftOut;

    Matrix(String type, List<List<String>> groups, Fit[][] fits, int leftOut) {
        this.type = type;
        this.groups = groups.stream().map(List::copyOf).toList();
        this.fits = fits;
        this.leftOut = leftOut;
        this.groupOf = new HashMap<>();
        for (int i = 0; i < groups.size(); i++) {
            for (String host : groups.get(i)) {
                groupOf.put(host, i);
            }
        }
    }

    public String type() {
        return type;
    }

    /** The groups, each with its hosts' names. */
    public List<List<String>> groups() {
        return groups;
    }

    /** Between groups. */
    public Fit fit(int from, int to) {
        return fits[from][to];
    }

    /** How many hosts are in groups that were too many to be compared. */
    public int leftOut() {
        return leftOut;
    }

    /** Whether a host has the type or a device of it. */
    public boolean knows(String host) {
        return groupOf.containsKey(host);
    }

    /** Between hosts that it knows. */
    public Fit fit(String from, String to) {
        Integer source = groupOf.get(from);
        Integer destination = groupOf.get(to);
        if (source == null || destination == null) {
            throw new IllegalArgumentException("a host that has no " + type);
        }
        return fits[source][destination];
    }

    /** How many ordered pairs of different hosts there are of each verdict. */
    public Map<Verdict, Long> pairs() {
        Map<Verdict, Long> pairs = new LinkedHashMap<>();
        for (Verdict verdict : Verdict.values()) {
            pairs.put(verdict, 0L);
        }
        for (int i = 0; i < groups.size(); i++) {
            for (int j = 0; j < groups.size(); j++) {
                long size = groups.get(i).size();
                long count = i == j ? size * (size - 1) : size * groups.get(j).size();
                pairs.merge(fits[i][j].verdict(), count, Long::sum);
            }
        }
        return pairs;
    }

    /** The hosts by their keys; of more groups than {@code most} the largest, and that of one host, in the order in which they came. */
    static <K> List<List<String>> grouped(Map<String, K> keys, List<K> order, @Nullable String firstOrNull, int most) {
        Map<K, List<String>> byKey = new LinkedHashMap<>();
        keys.forEach((host, key) ->
                byKey.computeIfAbsent(key, k -> new ArrayList<>()).add(host));
        if (byKey.size() > most) {
            K first = firstOrNull == null ? null : keys.get(firstOrNull);
            Set<K> kept = byKey.entrySet().stream()
                    .sorted(Comparator.comparingInt(e -> e.getKey().equals(first)
                            ? Integer.MIN_VALUE
                            : -e.getValue().size()))
                    .limit(most)
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
            byKey.keySet().retainAll(kept);
        }
        order.addAll(byKey.keySet());
        return new ArrayList<>(byKey.values());
    }
}
