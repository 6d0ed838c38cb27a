/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import static org.vfio4j.vfio.DeviceState.ERROR;
import static org.vfio4j.vfio.DeviceState.PRE_COPY;
import static org.vfio4j.vfio.DeviceState.PRE_COPY_P2P;
import static org.vfio4j.vfio.DeviceState.RESUMING;
import static org.vfio4j.vfio.DeviceState.RUNNING;
import static org.vfio4j.vfio.DeviceState.RUNNING_P2P;
import static org.vfio4j.vfio.DeviceState.STOP;
import static org.vfio4j.vfio.DeviceState.STOP_COPY;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.VfioException;

/**
 * The arcs of the migration states that a device with some optional states has, and the way from one state to another along them, as {@code
 * enum vfio_device_mig_state} of linux/vfio.h documents it: the shortest, and never through a saving state but from one saving state to
 * another.
 */
public final class Arcs {
    private static final Set<DeviceState> SAVING =
            Collections.unmodifiableSet(EnumSet.of(STOP_COPY, PRE_COPY, PRE_COPY_P2P));

    private final Map<DeviceState, Set<DeviceState>> next = new EnumMap<>(DeviceState.class);

    private Arcs(long flags) {
        boolean p2p = (flags & Feature.P2P) != 0;
        boolean preCopy = (flags & Feature.PRE_COPY) != 0;
        both(STOP, STOP_COPY);
        both(STOP, RESUMING);
        if (p2p) {
            both(RUNNING, RUNNING_P2P);
            both(RUNNING_P2P, STOP);
        } else {
            both(RUNNING, STOP);
        }
        if (preCopy) {
            both(RUNNING, PRE_COPY);
        }
        if (preCopy && p2p) {
            both(PRE_COPY, PRE_COPY_P2P);
            both(RUNNING_P2P, PRE_COPY_P2P);
            one(PRE_COPY_P2P, STOP_COPY);
        } else if (preCopy) {
            one(PRE_COPY, STOP_COPY);
        }
    }

    /**
     * The arcs of a device with these features.
     *
     * @param flags {@link Feature#STOP_COPY}, without which there is no migration, and whichever of {@link Feature#P2P} and {@link
     *     Feature#PRE_COPY} it has
     */
    public static Arcs of(long flags) {
        if ((flags & Feature.STOP_COPY) == 0) {
            throw new IllegalArgumentException("a device that migrates has STOP_COPY");
        }
        return new Arcs(flags);
    }

    /** The states such a device can be brought to. */
    public Set<DeviceState> states() {
        return Collections.unmodifiableSet(next.keySet());
    }

    /**
     * The states to go through, in order, the last of them {@code to}; none if the device is there already.
     *
     * @throws VfioException EINVAL if the device has no such state or no way leads there
     */
    public List<DeviceState> path(DeviceState from, DeviceState to) {
        if (from == to) {
            return List.of();
        }
        boolean backToPreCopy = from == STOP_COPY && SAVING.contains(to);
        if (from == ERROR || !next.containsKey(to) || backToPreCopy) {
            throw new VfioException(Errno.EINVAL, "there is no way from " + from + " to " + to);
        }
        return shortest(from, to);
    }

    private List<DeviceState> shortest(DeviceState from, DeviceState to) {
        boolean throughSaving = SAVING.contains(from) && SAVING.contains(to);
        Map<DeviceState, DeviceState> reachedFrom = new EnumMap<>(DeviceState.class);
        Deque<DeviceState> frontier = new ArrayDeque<>(List.of(from));
        while (!reachedFrom.containsKey(to)) {
            DeviceState state = frontier.remove();
            if (state != from && SAVING.contains(state) != throughSaving) {
                continue;
            }
            for (DeviceState neighbour : next.getOrDefault(state, Set.of())) {
                if (neighbour != from && reachedFrom.putIfAbsent(neighbour, state) == null) {
                    frontier.add(neighbour);
                }
            }
        }
        List<DeviceState> backwards = new ArrayList<>();
        for (DeviceState state = to; state != from; state = reachedFrom.getOrDefault(state, from)) {
            backwards.add(state);
        }
        return List.copyOf(backwards.reversed());
    }

    private void both(DeviceState a, DeviceState b) {
        one(a, b);
        one(b, a);
    }

    private void one(DeviceState from, DeviceState to) {
        next.computeIfAbsent(from, state -> EnumSet.noneOf(DeviceState.class)).add(to);
    }
}
