/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.move;

import java.util.Locale;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.management.migrate.Move;

/** A move in words. */
final class MoveText {
    private static final double KILO = 1e3;
    private static final double MEGA = 1e6;

    private MoveText() {}

    /** One line of how far it is. */
    static String progress(Move move) {
        StringBuilder text = new StringBuilder(move.phase().word());
        if (move.round() > 0) {
            text.append(", round ").append(move.round());
        }
        text.append(": ").append(size(move.bytes())).append(" sent");
        if (move.rate() > 0) {
            text.append(", ").append(size(move.rate())).append("/s");
        }
        if (!move.phase().isEnd() && move.remaining() > 0) {
            text.append(", ").append(size(move.remaining())).append(" left");
        }
        if (move.phase() == Move.Phase.PRE_COPY && move.round() > 1 && move.downtimeMillis() >= 0) {
            text.append(", would stand still for ").append(millis(move.downtimeMillis()));
        }
        return text.toString();
    }

    /**
     * How it ended.
     *
     * @param host the destination's name
     * @param becomes the device's name there
     */
    static void end(Terminal terminal, Move move, String host, String becomes) {
        switch (move.phase()) {
            case MOVED ->
                terminal.out()
                        .println("Moved " + move.device() + " to " + host
                                + (becomes.equals(move.device()) ? "" : ", as " + becomes) + ": " + size(move.bytes())
                                + " in "
                                + millis((double) move.totalMillis()) + ", rounds ahead " + move.round()
                                + ", stood still for " + millis(move.downtimeMillis()) + ".");
            case CANCELLED -> terminal.out().println("Cancelled. " + move.device() + " is still here.");
            case FAILED -> terminal.out().println("Not moved. " + move.device() + " is still here.");
            case CONNECTING, PRE_COPY, STOP_COPY, HANDING, IN_DOUBT ->
                terminal.out().println("In doubt: " + move.device() + " is stopped here.");
        }
        if (move.phase() != Move.Phase.CANCELLED) {
            problem(terminal, move);
        }
    }

    /** Why it did not end well. */
    static void problem(Terminal terminal, Move move) {
        Move.Problem problem = move.problem();
        if (problem != null) {
            terminal.out().flush();
            terminal.error(problem.what(), problem.remedy());
        }
    }

    static String size(long bytes) {
        return bytes < KILO
                ? bytes + " B"
                : bytes < MEGA
                        ? String.format(Locale.ROOT, "%.1f kB", bytes / KILO)
                        : String.format(Locale.ROOT, "%.1f MB", bytes / MEGA);
    }

    private static String millis(double millis) {
        return millis < KILO
                ? String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis)
                : String.format(Locale.ROOT, "%.1f s", millis / KILO);
    }
}
