/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A row of plan/truth.txt, whose head says what the columns mean.
 *
 * @param number of the row, from 1
 * @param devices types, with {@code *} for one of the row's own, or {@code missing}
 * @param machine consoles, conditions and arguments of QEMU
 * @param driver QEMU's device
 * @param properties asked of it
 * @param qemu what QEMU does
 * @param planner what the planner says: {@code works}, rules with commas, or {@code -}
 */
record TruthRow(
        int number,
        List<String> devices,
        List<String> machine,
        String driver,
        Map<String, String> properties,
        String qemu,
        String planner) {
    /** All rows in their order, which matters: render nodes come and states are saved as they go. */
    static List<TruthRow> all() {
        try (InputStream in = TruthRow.class.getResourceAsStream("plan/truth.txt")) {
            if (in == null) {
                throw new IllegalStateException("there is no plan/truth.txt");
            }
            List<String> lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
            List<TruthRow> rows = new ArrayList<>();
            for (String line : lines) {
                rows.add(of(rows.size() + 1, line));
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TruthRow of(int number, String line) {
        List<String> cells =
                Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
        if (cells.size() != 5) {
            throw new IllegalStateException("not five cells: " + line);
        }
        List<String> asked = List.of(cells.get(2).split(",", -1));
        Map<String, String> properties = new LinkedHashMap<>();
        for (String property : asked.subList(1, asked.size())) {
            int at = property.indexOf('=');
            properties.put(property.substring(0, at), property.substring(at + 1));
        }
        return new TruthRow(
                number,
                List.of(cells.get(0).split(" \\+ ", -1)),
                List.of(cells.get(1).split(" ", -1)),
                asked.getFirst(),
                properties,
                cells.get(3),
                cells.get(4));
    }

    /** Whether the planner is asked. */
    boolean isPlanned() {
        return !planner.equals("-");
    }

    /** Whether the planner is to say that it works. */
    boolean works() {
        return planner.equals("works");
    }

    boolean has(String condition) {
        return machine.contains(condition);
    }

    /** The value of a condition such as {@code video=VGA}. */
    Optional<String> condition(String name) {
        return machine.stream()
                .filter(word -> word.startsWith(name + "="))
                .map(word -> word.substring(name.length() + 1))
                .findFirst();
    }

    /** The words before the first argument of QEMU. */
    List<String> words() {
        return machine.stream().takeWhile(Predicate.not(TruthRow::isOption)).toList();
    }

    /** The arguments of QEMU. */
    List<String> arguments() {
        return machine.stream().dropWhile(Predicate.not(TruthRow::isOption)).toList();
    }

    /** What is asked, as QEMU takes it. */
    String device(String uuid) {
        StringBuilder text = new StringBuilder(driver).append(",sysfsdev=/sys/bus/mdev/devices/" + uuid);
        properties.forEach(
                (name, value) -> text.append(',').append(name).append('=').append(value));
        return text.toString();
    }

    private static boolean isOption(String word) {
        return word.startsWith("-");
    }

    @Override
    public String toString() {
        return number + ": " + String.join(" + ", devices) + ", " + String.join(" ", machine) + ": " + driver
                + properties + " " + qemu;
    }
}
