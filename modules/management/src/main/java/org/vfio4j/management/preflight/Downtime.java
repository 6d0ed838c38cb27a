/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How long a virtual machine stands still for its devices' sake while it moves.
 *
 * @param millisOrNull an estimate; null where what it needs is not known
 * @param assumptions what it rests on, sentences
 */
public record Downtime(@Nullable Long millisOrNull, List<String> assumptions) {
    private static final int MAX_ROUNDS = 30;
    private static final double MILLIS = 1000;
    private static final double MEGA = 1e6;

    public Downtime {
        assumptions = List.copyOf(assumptions);
    }

    public Optional<Long> millis() {
        return Optional.ofNullable(millisOrNull);
    }

    /**
     * Estimates it.
     *
     * @param precopy whether every device sends states while it runs
     * @param tracksDirty whether somebody can tell which of the guest's memory the devices wrote
     */
    static Downtime of(Traffic traffic, boolean precopy, boolean tracksDirty) {
        List<String> assumptions = new ArrayList<>();
        assumptions.add(
                (traffic.isBandwidthGiven() ? "The line carries " : "Nobody said what the line carries; assumed: ")
                        + megabytes((double) traffic.bandwidth()) + " MB/s.");
        Long state = traffic.stateBytesOrNull();
        if (state == null) {
            assumptions.add("Nobody said how large the devices' states are, so there is no estimate; --state-size does."
                    + " The kernel answers it on an open device: VFIO_DEVICE_FEATURE_MIG_DATA_SIZE.");
            return new Downtime(null, assumptions);
        }
        double left = precopy ? afterPrecopy(traffic, state, assumptions) : state;
        if (!precopy) {
            assumptions.add("Not every device sends its state while it runs (pre-copy), so all " + megabytes(state)
                    + " MB go while the machine stands still.");
        }
        Long memory = traffic.memoryBytesOrNull();
        if (!tracksDirty && memory != null) {
            left += memory;
            assumptions.add("Nobody can tell which memory the devices wrote, so all " + megabytes(memory)
                    + " MB of the guest go again.");
        } else {
            assumptions.add("The guest's own memory is not counted.");
        }
        assumptions.add("The time that the drivers take to stop, save and load is not counted.");
        return new Downtime(Math.round(left / traffic.bandwidth() * MILLIS), assumptions);
    }

    /** Rounds as QEMU's: each sends what was changed during the one before, until the rest fits into the limit. */
    private static double afterPrecopy(Traffic traffic, double state, List<String> assumptions) {
        String rate = traffic.dirtyRate() == 0
                ? "Running devices are taken to change nothing of what was sent (--dirty-rate says otherwise)"
                : "Running devices change " + megabytes((double) traffic.dirtyRate()) + " MB/s of what was sent";
        if (traffic.dirtyRate() >= traffic.bandwidth()) {
            assumptions.add(rate + ", which is not less than the line carries: sending ahead gains nothing.");
            return state;
        }
        double fits = traffic.bandwidth() * (traffic.limitMillis() / MILLIS);
        double left = state * traffic.dirtyRate() / traffic.bandwidth();
        int rounds = 1;
        while (left > fits && rounds < MAX_ROUNDS) {
            left = left * traffic.dirtyRate() / traffic.bandwidth();
            rounds++;
        }
        assumptions.add(rate + "; rounds of pre-copy: " + rounds + ".");
        return left;
    }

    private static String megabytes(double bytes) {
        return String.format(Locale.ROOT, bytes < MEGA && bytes > 0 ? "%.3f" : "%.0f", bytes / MEGA);
    }
}
