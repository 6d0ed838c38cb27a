/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.uapi.VfioIrq;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.VfioException;

/**
 * A client's SET_IRQS. A message has eventfds for all of its interrupts or for none, and no more than the server takes, so a request becomes as
 * many messages as it has runs of either.
 */
final class ClientInterrupts {
    private final Calls calls;
    private final int mostFds;

    /**
     * @param mostFds descriptors that the server takes in one message
     */
    ClientInterrupts(Calls calls, int mostFds) {
        this.calls = calls;
        this.mostFds = Math.clamp(mostFds, 1, Limits.MESSAGE_FDS);
    }

    void set(IrqRequest request) {
        int action = switch (request.action()) {
            case MASK -> VfioIrq.VFIO_IRQ_SET_ACTION_MASK;
            case UNMASK -> VfioIrq.VFIO_IRQ_SET_ACTION_UNMASK;
            case TRIGGER -> VfioIrq.VFIO_IRQ_SET_ACTION_TRIGGER;
        };
        switch (request.data()) {
            case IrqRequest.Data.None() -> send(request, action | VfioIrq.VFIO_IRQ_SET_DATA_NONE, 0, List.of());
            case IrqRequest.Data.Bools(List<Boolean> values) -> {
                requireCount(request, values.size());
                for (int i = 0; i < values.size(); i++) {
                    calls.out().set(ValueLayout.JAVA_BYTE, Wire.HEADER + VfioIrq.SET.size() + i, (byte)
                            (values.get(i) ? 1 : 0));
                }
                send(request, action | VfioIrq.VFIO_IRQ_SET_DATA_BOOL, values.size(), List.of());
            }
            case IrqRequest.Data.Eventfds(List<Optional<Fd>> fds) -> {
                requireCount(request, fds.size());
                eventfds(request, action | VfioIrq.VFIO_IRQ_SET_DATA_EVENTFD, fds);
            }
        }
    }

    private void eventfds(IrqRequest request, int flags, List<Optional<Fd>> fds) {
        int begin = 0;
        do {
            boolean present = begin < fds.size() && fds.get(begin).isPresent();
            int end = begin;
            List<Fd> run = new ArrayList<>();
            while (end < fds.size() && fds.get(end).isPresent() == present && run.size() < mostFds) {
                fds.get(end).ifPresent(run::add);
                end++;
            }
            IrqRequest part = new IrqRequest(
                    request.index(), request.start() + begin, end - begin, request.action(), request.data());
            send(part, flags, 0, run);
            begin = end;
        } while (begin < fds.size());
    }

    private void send(IrqRequest request, int flags, int data, List<Fd> fds) {
        int size = (int) VfioIrq.SET.size() + data;
        MemorySegment payload = calls.out().asSlice(Wire.HEADER, size);
        VfioIrq.SET_ARGSZ.set(payload, size);
        VfioIrq.SET_FLAGS.set(payload, flags);
        VfioIrq.SET_INDEX.set(payload, request.index());
        VfioIrq.SET_START.set(payload, request.start());
        VfioIrq.SET_COUNT.set(payload, request.count());
        int at = calls.call(Command.DEVICE_SET_IRQS, size, fds);
        calls.requirePayload(Command.DEVICE_SET_IRQS, at, 0);
    }

    private static void requireCount(IrqRequest request, int given) {
        if (given != request.count() || given > Limits.INTERRUPTS) {
            throw new VfioException(
                    Errno.EINVAL, given + " values for " + Integer.toUnsignedString(request.count()) + " interrupts");
        }
    }
}
