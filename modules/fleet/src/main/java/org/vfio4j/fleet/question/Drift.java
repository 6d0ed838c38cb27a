/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.definition.Definition;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;

/**
 * A mediated device of a host by what is written down of it, what there is, and what is published.
 *
 * @param device its name
 * @param definedOrNull as it is defined
 * @param activeOrNull as it is there
 * @param publishedOrNull as the inventory has it
 * @param texts what does not agree, sentences; empty if all does
 */
public record Drift(
        String device,
        @Nullable Definition definedOrNull,
        @Nullable HostDevice activeOrNull,
        @Nullable HostDevice publishedOrNull,
        List<String> texts) {
    public Drift {
        texts = List.copyOf(texts);
    }

    /**
     * Compares.
     *
     * @param published what the inventory has; empty where the host is not in it, and then nothing is said of it
     */
    public static List<Drift> of(
            List<Definition> defined, List<HostDevice> active, Optional<List<HostDevice>> published) {
        Map<String, Definition> definitions = new TreeMap<>();
        defined.forEach(d -> definitions.put(d.uuid().toString(), d));
        Map<String, HostDevice> there = mediated(active);
        Map<String, HostDevice> shown = mediated(published.orElse(List.of()));
        TreeSet<String> names = new TreeSet<>(definitions.keySet());
        names.addAll(there.keySet());
        names.addAll(shown.keySet());
        return names.stream()
                .map(name -> of(name, definitions.get(name), there.get(name), shown.get(name), published.isPresent()))
                .toList();
    }

    private static Drift of(
            String name,
            @Nullable Definition defined,
            @Nullable HostDevice active,
            @Nullable HostDevice published,
            boolean isInInventory) {
        List<String> texts = new ArrayList<>();
        if (defined != null && active == null && defined.start() == Definition.Start.AUTO) {
            texts.add("It is defined to start by itself, and is not active.");
        }
        if (defined == null && active != null) {
            texts.add("It is active and not defined: it will be gone when the host starts again.");
        }
        if (defined != null && active != null) {
            differs("type", defined.type(), active.typeOrNull(), texts);
            differs("parent", defined.parent(), active.parentOrNull(), texts);
        }
        if (isInInventory && active != null && published == null) {
            texts.add("It is active and not published: the agent is behind, or not running.");
        }
        if (active == null && published != null) {
            texts.add("It is published and not active: the agent is behind, or not running.");
        }
        if (active != null && published != null && !Objects.equals(active.typeOrNull(), published.typeOrNull())) {
            texts.add("It is published as " + published.typeOrNull() + " and is " + active.typeOrNull() + ".");
        }
        return new Drift(name, defined, active, published, texts);
    }

    private static void differs(String what, String defined, @Nullable String active, List<String> texts) {
        if (!defined.equals(active)) {
            texts.add("Its " + what + " is " + active + ", and is defined as " + defined + ".");
        }
    }

    private static Map<String, HostDevice> mediated(List<HostDevice> devices) {
        Map<String, HostDevice> byName = new TreeMap<>();
        devices.stream().filter(d -> d.kind() == DeviceKind.MDEV).forEach(d -> byName.put(d.name(), d));
        return byName;
    }
}
