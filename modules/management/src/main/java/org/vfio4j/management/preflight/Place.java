/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;

/**
 * Where at the destination a device could go.
 *
 * @param state whether it can
 * @param name of the device it would become; empty where there is none
 * @param parentOrNull on which it would be made, or that lacks what it takes
 * @param typeOrNull as that parent offers it
 * @param deviceOrNull the one that is there
 * @param others what stands in the way: the devices that hold the place, or what there is instead
 */
record Place(
        State state,
        String name,
        @Nullable MdevParent parentOrNull,
        MdevParent.@Nullable Type typeOrNull,
        @Nullable HostDevice deviceOrNull,
        List<String> others) {
    Place {
        others = List.copyOf(others);
    }

    /** Whether it can go there; the words are the values of the rules' fact {@code destination.place}. */
    enum State {
        /** It can be made. */
        CREATABLE("creatable"),
        /** It is there and could be used. */
        EXISTING("existing"),
        TYPE_MISSING("type-missing"),
        FULL("full"),
        AVAILABILITY_UNKNOWN("availability-unknown"),
        /** The one that was asked for is not there, or none that fits. */
        DEVICE_MISSING("device-missing"),
        BUSY("busy"),
        /** It is there, and of another kind, type or model. */
        OTHER("other"),
        NOT_BOUND("not-bound");

        private final String word;

        State(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    static Place none(State state, List<String> others) {
        return new Place(state, "", null, null, null, others);
    }

    static Place there(State state, HostDevice device, List<String> others) {
        return new Place(state, device.name(), null, null, device, others);
    }

    /** The mapping, if the device can go there. */
    Optional<DeviceMapping> mapping(HostDevice source) {
        if (state != State.CREATABLE && state != State.EXISTING) {
            return Optional.empty();
        }
        return Optional.of(new DeviceMapping(
                source.name(),
                name,
                source.kind(),
                source.kind() == DeviceKind.MDEV && parentOrNull != null ? parentOrNull.name() : null,
                source.typeOrNull()));
    }
}
