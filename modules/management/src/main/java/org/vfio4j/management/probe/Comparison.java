/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.HostDevice;

/**
 * A device asked by every way on its own: what each learned, what it needed, what it touched.
 *
 * @param device as the host shows it
 * @param rows one for each of {@link Ways#NAMES}, in their order
 */
public record Comparison(HostDevice device, List<Row> rows) {
    public Comparison {
        rows = List.copyOf(rows);
    }

    /**
     * A way beside the others.
     *
     * @param way its name
     * @param absenceOrNull why this host does not offer it; null if it does
     * @param needs what it takes to ask by it; empty if it is not offered
     * @param touches what it touches; empty if it is not offered
     * @param learned its answers; a question it has nothing to say to is left out
     */
    public record Row(
            String way, @Nullable String absenceOrNull, String needs, String touches, Map<Question, Answer> learned) {
        public Row {
            Map<Question, Answer> ordered = new EnumMap<>(Question.class);
            ordered.putAll(learned);
            learned = Collections.unmodifiableMap(ordered);
        }

        /** Why this host does not offer it. */
        public Optional<String> absence() {
            return Optional.ofNullable(absenceOrNull);
        }
    }

    /** Asks a device by every way that its host offers. */
    public static Comparison of(Host host, HostDevice device, boolean mayReset) {
        List<Row> rows = new ArrayList<>();
        List<Way> offered = Ways.of(host, mayReset);
        for (String name : Ways.NAMES) {
            Optional<Way> way =
                    offered.stream().filter(w -> w.name().equals(name)).findFirst();
            rows.add(way.map(w -> new Row(name, null, w.needs(), w.touches(), w.ask(device)))
                    .orElseGet(() -> new Row(
                            name, Ways.whyNot(host, name).orElse("this host does not offer it"), "", "", Map.of())));
        }
        return new Comparison(device, rows);
    }
}
