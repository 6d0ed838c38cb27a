/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.json.Cursor;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How far a move is, or how it ended.
 *
 * @param id of the move
 * @param device its name
 * @param to where it goes, as the user called it
 * @param phase what is done now
 * @param round of pre-copy
 * @param bytes of the state sent
 * @param rate bytes a second that arrive; 0 while it is not known
 * @param remaining bytes left to send
 * @param downtimeMillis how long the device stood still; before, how long it will; -1 while it is not known
 * @param totalMillis since the begin
 * @param problem why it failed, why it is in doubt, or what of an ended one is still to do; null where there is none
 */
public record Move(
        String id,
        String device,
        String to,
        Phase phase,
        int round,
        long bytes,
        long rate,
        long remaining,
        double downtimeMillis,
        long totalMillis,
        @Nullable Problem problem) {
    /** Why a move is not over, or ended without the device having moved. */
    public record Problem(int errno, String what, String remedy) {}

    /** What is done. */
    public enum Phase {
        /** Reaching the other host, making the device there. */
        CONNECTING("connecting"),
        /** The state goes ahead while the device runs. */
        PRE_COPY("pre-copy"),
        /** The device is stopped; the rest goes. */
        STOP_COPY("stop-copy"),
        /** The device is handed over. */
        HANDING("handing-over"),
        /** It was handed over, and the other host does not say whether it took it. */
        IN_DOUBT("in-doubt"),
        /** The other host has it. */
        MOVED("moved"),
        /** It is still here. */
        FAILED("failed"),
        /** It is still here because somebody wanted that. */
        CANCELLED("cancelled");

        private final String word;

        Phase(String word) {
            this.word = word;
        }

        /** How JSON spells it. */
        public String word() {
            return word;
        }

        /** Whether the move is over. */
        public boolean isEnd() {
            return this == MOVED || this == FAILED || this == CANCELLED;
        }
    }

    Move with(Problem found) {
        return new Move(id, device, to, phase, round, bytes, rate, remaining, downtimeMillis, totalMillis, found);
    }

    /** As JSON. */
    public ObjectNode json() {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("device", device)
                .put("to", to)
                .put("phase", phase.word())
                .put("round", round)
                .put("bytes", bytes)
                .put("rate", rate)
                .put("remaining", remaining)
                .put("downtime_ms", downtimeMillis < 0 ? null : Math.round(downtimeMillis * 100) / 100.0)
                .put("total_ms", totalMillis);
        if (problem != null) {
            node.putObject("problem")
                    .put("errno", problem.errno())
                    .put("error", Errno.name(problem.errno()))
                    .put("what", problem.what())
                    .put("remedy", problem.remedy());
        }
        return node;
    }

    /** Reads what {@link #json} wrote. */
    public static Move read(Cursor at) {
        Cursor problem = at.at("problem");
        return new Move(
                at.at("id").text(),
                at.at("device").text(),
                at.at("to").text(),
                at.at("phase").word(Phase.values(), Phase::word),
                at.at("round").count(),
                number(at.at("bytes")),
                number(at.at("rate")),
                number(at.at("remaining")),
                at.at("downtime_ms").isAbsent() ? -1 : decimal(at.at("downtime_ms")),
                number(at.at("total_ms")),
                problem.isAbsent()
                        ? null
                        : new Problem(
                                problem.at("errno").count(),
                                problem.at("what").text(),
                                problem.at("remedy").text()));
    }

    private static long number(Cursor at) {
        if (at.node() == null || !at.node().isIntegralNumber() || at.node().longValue() < 0) {
            throw at.wrong("a number that is not negative");
        }
        return at.node().longValue();
    }

    private static double decimal(Cursor at) {
        if (at.node() == null || !at.node().isNumber()) {
            throw at.wrong("a number");
        }
        return at.node().doubleValue();
    }
}
