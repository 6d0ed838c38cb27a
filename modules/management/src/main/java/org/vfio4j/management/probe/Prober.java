/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Usage;

/** Asks devices every question, by the least intrusive way that has an answer. */
public final class Prober {
    private final List<Way> ways;

    /**
     * @param ways the least intrusive first; a later one is only asked what the earlier ones left open
     */
    public Prober(List<Way> ways) {
        this.ways = List.copyOf(ways);
    }

    /** Answers every question about one device. */
    public DeviceProbe probe(HostDevice device) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        for (Way way : ways) {
            if (answers.size() == Question.values().length && allTold(answers)) {
                break;
            }
            way.ask(device).forEach((question, answer) -> answers.merge(question, answer, Prober::better));
        }
        for (Question question : Question.values()) {
            answers.putIfAbsent(question, notOffered());
        }
        return new DeviceProbe(seen(device, answers), answers);
    }

    private static boolean allTold(Map<Question, Answer> answers) {
        return answers.values().stream().noneMatch(Answer.Unknown.class::isInstance);
    }

    /**
     * What an earlier way told stands, unless a later one says the same and more; of two that could not tell, the later one came closer to the
     * device, if it asked it at all.
     */
    private static Answer better(Answer earlier, Answer later) {
        return switch (earlier) {
            case Answer.Unknown first ->
                later instanceof Answer.Unknown second && second.cause() == Cause.NOT_OFFERED ? first : later;
            case Answer.Yes first ->
                first.flags().isEmpty()
                                && later instanceof Answer.Yes second
                                && !second.flags().isEmpty()
                        ? later
                        : earlier;
            case Answer.No first -> first;
        };
    }

    private Answer notOffered() {
        String asked = ways.isEmpty()
                ? "nothing"
                : String.join(", ", ways.stream().map(Way::name).toList());
        return new Answer.Unknown(
                "none",
                "asked by " + asked,
                Cause.NOT_OFFERED,
                "none of the ways that were tried says anything about it",
                "Ask by every way (without --way) on the host itself, or take a snapshot there (vfio snapshot FILE).");
    }

    /** An open that failed because somebody was there first has seen more than the list did. */
    private static HostDevice seen(HostDevice device, Map<Question, Answer> answers) {
        boolean busy = answers.values().stream()
                .anyMatch(a -> a instanceof Answer.Unknown unknown && unknown.cause() == Cause.IN_USE);
        return busy && !device.usage().isInUse() ? device.withUsage(Usage.inUse(List.of())) : device;
    }
}
