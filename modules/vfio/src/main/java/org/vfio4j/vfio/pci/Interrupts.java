/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.VfioException;

/**
 * The interrupts of a PCI device: what VFIO_DEVICE_GET_IRQ_INFO answers and what VFIO_DEVICE_SET_IRQS does. As in the kernel's drivers, INTx,
 * MSI and MSI-X exclude each other: while one has an eventfd the other takes none.
 */
public final class Interrupts implements AutoCloseable {
    private final List<Irq> offered;

    private Interrupts(List<Irq> offered) {
        this.offered = offered;
    }

    /** No interrupt at all: each index has count 0, and every request is refused. */
    public static Interrupts none() {
        return new Interrupts(List.of());
    }

    /** The legacy interrupt, or messages once the user has installed an eventfd there. */
    public static Interrupts of(Intx intx, Msi... messages) {
        List<Irq> all = new ArrayList<>(messages.length + 1);
        all.add(intx);
        all.addAll(List.of(messages));
        return new Interrupts(List.copyOf(all));
    }

    /**
     * Tells the user of interrupt {@code vector}, in whichever way he listens. INTx has one vector only; a message that its index has not, as
     * where fewer MSI than MSI-X vectors are offered, is the last one it has.
     */
    public void fire(int vector) {
        for (int i = 0; i < offered.size(); i++) {
            Irq irq = offered.get(i);
            if (irq.active()) {
                irq.fire(Math.min(vector, irq.info().count() - 1));
                return;
            }
        }
    }

    /** Fires what is still the case, as after the device was stopped: a level that is up; messages have none. */
    public void refire() {
        for (Irq irq : offered) {
            irq.refire();
        }
    }

    /** An index the device does not offer has count 0; EINVAL where PCI has no such index. */
    public IrqInfo info(int index) {
        if (index < 0 || index >= IrqInfo.PCI_IRQS) {
            throw new VfioException(Errno.EINVAL, "there is no IRQ index " + Integer.toUnsignedString(index));
        }
        for (Irq irq : offered) {
            if (irq.info().index() == index) {
                return irq.info();
            }
        }
        return new IrqInfo(index, 0, 0);
    }

    /**
     * All of the request is checked before any of it happens. As in the kernel's samples, an index that PCI has and the device does not is
     * ENOTTY, and EINVAL for a device without any interrupt.
     */
    public void set(IrqRequest request) {
        Irq irq = offered(request.index());
        check(request, irq.info());
        switch (request.action()) {
            case TRIGGER -> trigger(irq, request);
            case MASK -> changeMask(irq, request, true);
            case UNMASK -> changeMask(irq, request, false);
        }
    }

    /** Every eventfd is taken away. */
    @Override
    public void close() {
        offered.forEach(Irq::close);
    }

    private void trigger(Irq irq, IrqRequest request) {
        switch (request.data()) {
            case IrqRequest.Data.Eventfds(List<Optional<Fd>> fds) -> {
                requireOthersSilent(irq);
                for (int i = 0; i < fds.size(); i++) {
                    int vector = request.start() + i;
                    fds.get(i).ifPresentOrElse(fd -> irq.install(vector, fd), () -> irq.remove(vector));
                }
            }
            case IrqRequest.Data.None() -> {
                requireActive(irq);
                if (request.count() == 0) {
                    irq.close();
                }
                forEachVector(request, irq::fire);
            }
            case IrqRequest.Data.Bools bools -> {
                requireActive(irq);
                forEachVector(request, irq::fire);
            }
        }
    }

    private static void changeMask(Irq irq, IrqRequest request, boolean masked) {
        if (!(irq instanceof Intx intx)) {
            throw new VfioException(Errno.ENOTTY, "only INTx can be masked");
        }
        requireActive(irq);
        if (request.data() instanceof IrqRequest.Data.Eventfds) {
            throw new VfioException(Errno.ENOTTY, "INTx is not masked through eventfds");
        }
        forEachVector(request, vector -> intx.changeMask(masked));
    }

    private static void forEachVector(IrqRequest request, IntConsumer action) {
        for (int i = 0; i < request.count(); i++) {
            if (!(request.data() instanceof IrqRequest.Data.Bools(List<Boolean> values)) || values.get(i)) {
                action.accept(request.start() + i);
            }
        }
    }

    private Irq offered(int index) {
        for (Irq irq : offered) {
            if (irq.info().index() == index) {
                return irq;
            }
        }
        boolean exists = index >= 0 && index < IrqInfo.PCI_IRQS;
        throw new VfioException(
                exists && !offered.isEmpty() ? Errno.ENOTTY : Errno.EINVAL,
                "the device has no interrupt of index " + Integer.toUnsignedString(index));
    }

    private static void check(IrqRequest request, IrqInfo info) {
        long start = Integer.toUnsignedLong(request.start());
        long count = Integer.toUnsignedLong(request.count());
        if (start >= info.count() || count > info.count() - start) {
            throw new VfioException(
                    Errno.EINVAL, "interrupts " + start + " and " + count + " in all are not among " + info.count());
        }
        long given = switch (request.data()) {
            case IrqRequest.Data.None() -> count;
            case IrqRequest.Data.Bools(List<Boolean> values) -> values.size();
            case IrqRequest.Data.Eventfds(List<Optional<Fd>> fds) -> fds.size();
        };
        if (given != count) {
            throw new VfioException(Errno.EINVAL, given + " values for " + count + " interrupts");
        }
        boolean disables =
                request.action() == IrqRequest.Action.TRIGGER && request.data() instanceof IrqRequest.Data.None;
        if (count == 0 && !disables) {
            throw new VfioException(Errno.EINVAL, "the request names no interrupt");
        }
    }

    private void requireOthersSilent(Irq wanted) {
        for (Irq irq : offered) {
            if (irq != wanted && irq.active()) {
                throw new VfioException(
                        Errno.EINVAL, "IRQ index " + irq.info().index() + " is in use: disable it first");
            }
        }
    }

    private static void requireActive(Irq irq) {
        if (!irq.active()) {
            throw new VfioException(Errno.EINVAL, "IRQ index " + irq.info().index() + " has no eventfd");
        }
    }
}
