/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.agent;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Cause;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;

/**
 * What an agent's devices answered, so that no device is opened twice, and none that a virtual machine is about to open: a device's answers stay
 * while its driver does; one that is like another answers as that did; a new one of which nothing is known is asked when it has been seen a
 * second time, free. For one thread.
 */
final class Answers {
    private final Map<String, Known> byName = new HashMap<>();
    private final Map<Model, Known> byModel = new HashMap<>();
    private final Map<String, Tried> tried = new HashMap<>();
    private Set<String> seen = new HashSet<>();
    private boolean isFirst = true;

    /** Devices of one model are alike in all that they answer. */
    private record Model(
            DeviceKind kind,
            @Nullable String typeOrPciIdOrNull,
            @Nullable String driverOrNull,
            @Nullable String driverVersionOrNull) {
        static Model of(HostDevice device) {
            return new Model(
                    device.kind(),
                    device.kind() == DeviceKind.MDEV ? device.typeOrNull() : device.pciIdOrNull(),
                    device.driverOrNull(),
                    device.driverVersionOrNull());
        }
    }

    /** A device that could not tell everything: it is asked again when its use has changed. */
    private record Tried(Model model, Usage.State usage, Map<Question, Answer> answers) {}

    private record Known(String device, Model model, Map<Question, Answer> answers) {}

    /** Every device with its answers, asked as far as it must be. */
    List<DeviceProbe> of(List<HostDevice> devices, Function<List<HostDevice>, List<DeviceProbe>> ask) {
        Set<String> names = new HashSet<>();
        List<HostDevice> asked = new ArrayList<>();
        for (HostDevice device : devices) {
            names.add(device.name());
            boolean isSettled =
                    isFirst || seen.contains(device.name()) || device.usage().isInUse();
            if (known(device) == null && triedBefore(device) == null && isSettled) {
                asked.add(device);
            }
        }
        Map<String, DeviceProbe> fresh = new HashMap<>();
        if (!asked.isEmpty()) {
            ask.apply(asked).forEach(probe -> {
                fresh.put(probe.device().name(), probe);
                remember(probe);
            });
        }
        isFirst = false;
        seen = names;
        byName.keySet().retainAll(names);
        tried.keySet().retainAll(names);
        return devices.stream().map(d -> probe(d, fresh.get(d.name()))).toList();
    }

    private DeviceProbe probe(HostDevice device, @Nullable DeviceProbe freshOrNull) {
        if (freshOrNull != null) {
            return freshOrNull;
        }
        Known known = known(device);
        if (known != null) {
            return new DeviceProbe(device, answers(known, device));
        }
        Tried before = triedBefore(device);
        return new DeviceProbe(device, before == null ? tooNew() : before.answers());
    }

    private @Nullable Tried triedBefore(HostDevice device) {
        Tried before = tried.get(device.name());
        boolean isSame = before != null
                && before.model().equals(Model.of(device))
                && before.usage() == device.usage().state();
        return isSame ? before : null;
    }

    private @Nullable Known known(HostDevice device) {
        Model model = Model.of(device);
        Known own = byName.get(device.name());
        if (own != null && own.model().equals(model)) {
            return own;
        }
        return model.typeOrPciIdOrNull() == null ? null : byModel.get(model);
    }

    private void remember(DeviceProbe probe) {
        HostDevice device = probe.device();
        Model model = Model.of(device);
        if (probe.firstUnknown().isPresent()) {
            tried.put(device.name(), new Tried(model, device.usage().state(), probe.answers()));
            return;
        }
        Known known = new Known(device.name(), model, probe.answers());
        byName.put(device.name(), known);
        byModel.putIfAbsent(model, known);
    }

    private static Map<Question, Answer> answers(Known known, HostDevice device) {
        if (known.device().equals(device.name())) {
            return known.answers();
        }
        Map<Question, Answer> alike = new EnumMap<>(Question.class);
        known.answers().forEach((question, answer) -> alike.put(question, alike(answer)));
        return alike;
    }

    private static Answer alike(Answer answer) {
        String evidence = answer.evidence() + " (of another of its type, by the same driver)";
        return switch (answer) {
            case Answer.Yes yes -> new Answer.Yes(yes.way(), evidence, yes.flags());
            case Answer.No no -> new Answer.No(no.way(), evidence);
            case Answer.Unknown unknown -> unknown;
        };
    }

    private static Map<Question, Answer> tooNew() {
        Answer unknown = new Answer.Unknown(
                "none",
                "not asked yet",
                Cause.INTRUSIVE,
                "the device has just come, and a virtual machine may be about to open it",
                "Look again in a few seconds: the agent asks it when it stays free.");
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        for (Question question : Question.values()) {
            answers.put(question, unknown);
        }
        return answers;
    }
}
