/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vfio4j.management.plan.Plan;

/**
 * What src/test/guest/truth is to do. Two lanes run beside one another, since the VM has two processors: a device has one user, so each lane has its
 * own drivers' devices. They wait for each other between three steps: before there is a render node; most rows; what needs the other's states.
 */
final class TruthScript {
    private static final List<String> LANES = List.of("mdpy", "others");
    private static final int FIRST_REPLACEMENT = 1000;

    /** By step and lane. */
    private final Map<String, StringBuilder> scripts = new TreeMap<>();

    private final Map<List<String>, Integer> replacements = new LinkedHashMap<>();
    private String savedBy = "";

    /** By the arguments: which plans were made in place of a row's, each once, and their numbers among the runs. */
    Map<List<String>, Integer> replacements() {
        return replacements;
    }

    /** Adds a row after those that were added before, and what is planned in place of what the planner refuses. */
    void add(TruthRow row, TruthPlan plan) {
        StringBuilder script = script(row);
        for (int i = 0; i < row.devices().size(); i++) {
            String type = row.devices().get(i);
            if (type.endsWith("*")) {
                script.append(
                        "make " + type.replace("*", "") + " " + plan.uuids().get(i) + "\n");
            }
        }
        String first = plan.uuids().getFirst();
        if (row.has("held")) {
            script.append("hold " + first + "\n");
        }
        row.condition("mode").ifPresent(mode -> script.append("mode " + mode + " " + first + "\n"));
        if (row.has("no-libgl")) {
            script.append(libraries("hide"));
        }
        script.append(run(row, plan));
        if (row.has("no-libgl")) {
            script.append(libraries("show"));
        }
        row.condition("mode").ifPresent(_ -> script.append("mode 0600 " + first + "\n"));
        if (row.isPlanned() && !row.works() && !row.has("held")) {
            replace(script, plan);
        }
    }

    /** Writes it where the VM finds it. */
    void write(Path folder) throws IOException {
        for (Map.Entry<String, StringBuilder> script : scripts.entrySet()) {
            Files.writeString(folder.resolve(script.getKey()), script.getValue());
        }
        Files.writeString(folder.resolve("rows"), together(1) + "gpu\n" + together(2) + together(3));
    }

    private String together(int step) {
        return LANES.stream()
                .map(lane -> step + "." + lane)
                .filter(scripts::containsKey)
                .collect(Collectors.joining(" ", "together ", "\n"));
    }

    private StringBuilder script(TruthRow row) {
        String type = row.devices().getFirst();
        String lane = LANES.get(type.startsWith("mtty") || type.startsWith("mbochs") ? 1 : 0);
        if (row.has("save")) {
            savedBy = lane;
        }
        int step = row.has("no-gpu") ? 1 : row.has("load") && !savedBy.equals(lane) ? 3 : 2;
        return scripts.computeIfAbsent(step + "." + lane, _ -> new StringBuilder());
    }

    private static String libraries(String what) {
        return Stream.of("libGL.so.1", "libOpenGL.so.0")
                .map(name -> what + " /usr/lib/x86_64-linux-gnu/" + name + "\n")
                .collect(Collectors.joining());
    }

    private static String run(TruthRow row, TruthPlan plan) {
        List<String> arguments = plan.arguments();
        String how = row.has("save") ? "save" : row.has("load") ? "load" : "start";
        String what = "";
        if (row.has("load")) {
            arguments.addAll(List.of("-incoming", "defer"));
        }
        if (row.has("remove")) {
            how = "remove";
            what = plan.uuids().getFirst();
        }
        if (row.condition("plug").isPresent()) {
            how = "plug";
            what = plugged(row, plan.uuids().getFirst(), row.condition("plug").get());
        }
        if (row.condition("look").isPresent()) {
            how = "look";
            what = row.condition("look").get();
        }
        return line(
                row.number(),
                how,
                what,
                row.condition("user").orElse("root"),
                row.condition("memlock").orElse("unlimited"),
                arguments);
    }

    private void replace(StringBuilder script, TruthPlan plan) {
        for (Plan planned : List.of(plan.asked(), plan.instead())) {
            List<String> arguments = plan.machine(planned);
            if (planned.works() && !replacements.containsKey(arguments)) {
                int number = FIRST_REPLACEMENT + replacements.size();
                replacements.put(arguments, number);
                script.append(line(number, "start", "", "root", "unlimited", arguments));
            }
        }
    }

    private static String plugged(TruthRow row, String uuid, String bus) {
        return Stream.of(row.device(uuid).split(",", -1))
                .map(property -> property.contains("=") ? property : "driver=" + property)
                .map(property -> property.split("=", 2))
                .map(pair -> "\"" + pair[0] + "\": "
                        + (pair[0].equals("ramfb") ? pair[1].equals("on") : "\"" + pair[1] + "\""))
                .collect(Collectors.joining(", ", "{", ", \"id\": \"plugged\", \"bus\": \"" + bus + "\"}"));
    }

    private static String line(
            int number, String how, String what, String user, String memlock, List<String> arguments) {
        List<String> words = new ArrayList<>(List.of(String.valueOf(number), how, what, user, memlock));
        words.addAll(arguments);
        return words.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" ", "run ", "\n"));
    }
}
