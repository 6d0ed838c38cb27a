/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import java.util.List;
import java.util.Optional;
import org.vfio4j.linux.Fd;

/**
 * What VFIO_DEVICE_SET_IRQS is asked: an action on interrupts {@code start} to {@code start + count - 1} of an index.
 *
 * <p>TRIGGER with {@link Data.None} and count 0 disables the whole index; TRIGGER with {@link Data.Eventfds} installs the eventfd that is
 * signalled when the interrupt fires, or takes it away where there is none.
 *
 * @param index the IRQ index
 * @param start the first interrupt
 * @param count how many; with bools or eventfds, how many of those there are
 */
public record IrqRequest(int index, int start, int count, Action action, Data data) {

    /** {@code VFIO_IRQ_SET_ACTION_*}. */
    public enum Action {
        MASK,
        UNMASK,
        TRIGGER
    }

    /** {@code VFIO_IRQ_SET_DATA_*}. */
    public sealed interface Data {
        /** The action applies to every interrupt named. */
        record None() implements Data {}

        /** The action applies to those with true. */
        record Bools(List<Boolean> values) implements Data {
            public Bools {
                values = List.copyOf(values);
            }
        }

        /** One eventfd for each interrupt, empty to take it away. They stay the caller's: the device duplicates what it keeps. */
        record Eventfds(List<Optional<Fd>> fds) implements Data {
            public Eventfds {
                fds = List.copyOf(fds);
            }
        }
    }

    /** Installs one eventfd for interrupt 0 of {@code index}. */
    public static IrqRequest trigger(int index, Fd eventfd) {
        return new IrqRequest(index, 0, 1, Action.TRIGGER, new Data.Eventfds(List.of(Optional.of(eventfd))));
    }

    /** Takes every eventfd of {@code index} away. */
    public static IrqRequest disable(int index) {
        return new IrqRequest(index, 0, 0, Action.TRIGGER, new Data.None());
    }

    /** Unmasks interrupt 0 of {@code index}. */
    public static IrqRequest unmask(int index) {
        return new IrqRequest(index, 0, 1, Action.UNMASK, new Data.None());
    }

    /** Masks interrupt 0 of {@code index}. */
    public static IrqRequest mask(int index) {
        return new IrqRequest(index, 0, 1, Action.MASK, new Data.None());
    }
}
