/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.fleet.question.Fit;
import org.vfio4j.fleet.question.Matrix;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A matrix for a picture: the groups with how many hosts each has and what they run, those with the same versions beside each other, and for each pair
 * of groups which of a few kinds of fit it is.
 */
final class MatrixJson {
    private static final int NAMES = 3;
    private static final int MAX_BLOCKERS = 8;

    private MatrixJson() {}

    /** @param host whose group is to be said; empty text for none */
    static ObjectNode of(Fleet fleet, HostFacts.Known facts, Matrix matrix, String host) {
        List<Integer> order = order(fleet, facts, matrix);
        ObjectNode document = FleetJson.document(fleet).put("type", FleetJson.cut(matrix.type()));
        ObjectNode pairs = document.putObject("pairs");
        matrix.pairs().forEach((verdict, count) -> pairs.put(verdict.word(), count));
        document.put("hosts_left_out", matrix.leftOut());
        ArrayNode groups = document.putArray("groups");
        for (int i : order) {
            groups.add(group(fleet, facts, matrix.type(), matrix.groups().get(i)));
        }
        Map<Fit, Integer> kinds = new LinkedHashMap<>();
        ArrayNode grid = document.putArray("grid");
        for (int from : order) {
            ArrayNode row = grid.addArray();
            for (int to : order) {
                row.add(kinds.computeIfAbsent(matrix.fit(from, to), k -> kinds.size()));
            }
        }
        ArrayNode fits = document.putArray("kinds");
        kinds.keySet().forEach(fit -> kind(fits.addObject(), fit));
        if (!host.isEmpty()) {
            document.put("host_name", host);
            int group = IntStream.range(0, order.size())
                    .filter(i -> matrix.groups().get(order.get(i)).contains(host))
                    .findFirst()
                    .orElse(-1);
            document.put("group", group < 0 ? null : Integer.valueOf(group));
        }
        return document;
    }

    private static void kind(ObjectNode into, Fit fit) {
        ArrayNode blockers = into.put("fits", fit.verdict().word())
                .put("warnings", fit.warnings())
                .putArray("blockers");
        fit.blockers().stream().limit(MAX_BLOCKERS).forEach(blockers::add);
    }

    private static ObjectNode group(Fleet fleet, HostFacts.Known facts, String type, List<String> names) {
        FleetHost first = fleet.host(names.getFirst()).orElseThrow();
        ObjectNode node = FleetJson.line(first, facts.of(first), "");
        node.retain(List.of("kernel", "qemu", "drivers"));
        node.put("migration", migration(first, type));
        ArrayNode some = node.put("hosts", names.size()).putArray("names");
        names.stream().limit(NAMES).forEach(some::add);
        return node;
    }

    /** What a device of the type there says of it: the first that knows; null where there is none. */
    private static @Nullable String migration(FleetHost host, String type) {
        String word = null;
        for (DeviceProbe probe : host.published().probes()) {
            if (type.equals(probe.device().typeOrNull())) {
                Answer answer = probe.answer(Question.MIGRATION);
                if (!(answer instanceof Answer.Unknown)) {
                    return answer.word();
                }
                word = answer.word();
            }
        }
        return word;
    }

    private static List<Integer> order(Fleet fleet, HostFacts.Known facts, Matrix matrix) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < matrix.groups().size(); i++) {
            order.add(i);
        }
        order.sort(Comparator.comparing((Integer i) ->
                        String.join(" ", facts.of(first(fleet, matrix, i)).drivers()))
                .thenComparing(i -> facts.of(first(fleet, matrix, i)).qemu())
                .thenComparing(i -> first(fleet, matrix, i).published().kernel())
                .thenComparingInt(i -> -matrix.groups().get(i).size()));
        return order;
    }

    private static FleetHost first(Fleet fleet, Matrix matrix, int group) {
        return fleet.host(matrix.groups().get(group).getFirst()).orElseThrow();
    }
}
