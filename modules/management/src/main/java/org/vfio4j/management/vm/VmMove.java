/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.vm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.rule.RuleBook;
import org.vfio4j.management.vm.MoveCheck.Traveller;

/**
 * Moves a virtual machine with the devices that it has over vfio-user, whose state QEMU neither moves nor keeps: the guest lets go of them, their
 * states go to new devices at the destination, QEMU moves the machine, and they are plugged in there as they were. The machine at the destination
 * does not run before all of that is done; whatever fails before, it runs on at the source with its devices.
 */
public final class VmMove {
    static final Duration PAUSE = Duration.ofMillis(200);

    private final Vm source;
    private final Vm destination;
    private final DeviceCarrier carrier;
    private final Options options;
    private final MoveListener listener;
    private final MoveCheck.Result check;
    private final Rollback rollback;

    /**
     * What is wanted.
     *
     * @param uri how the two QEMUs reach each other, in QEMU's words: {@code tcp:HOST:PORT} or {@code unix:PATH}
     * @param unplugWithin how long the guest may take to let go of a device
     * @param keepsSource whether the QEMU at the source stays when the machine has gone
     * @param named devices of the serving host by QEMU's ids, where QEMU does not tell which they are
     */
    public record Options(String uri, Duration unplugWithin, boolean keepsSource, Map<String, String> named) {
        public Options {
            named = Map.copyOf(named);
        }
    }

    /**
     * A machine that has moved.
     *
     * @param devices their names
     * @param downtimeMillis how long the machine stood still, as QEMU measured it
     * @param bytes of memory sent
     * @param troubles what is left to be done at the source, in sentences
     */
    public record Outcome(List<String> devices, long downtimeMillis, long bytes, List<String> troubles) {
        public Outcome {
            devices = List.copyOf(devices);
            troubles = List.copyOf(troubles);
        }
    }

    private VmMove(
            Vm source,
            Vm destination,
            DeviceCarrier carrier,
            Options options,
            MoveListener listener,
            MoveCheck.Result check) {
        this.source = source;
        this.destination = destination;
        this.carrier = carrier;
        this.options = options;
        this.listener = listener;
        this.check = check;
        this.rollback = new Rollback(source, destination, listener);
    }

    /** The rules of this release. */
    public static RuleBook rules() {
        return RuleBook.resource(VmMove.class, "rules.json");
    }

    /** Looks at all that has part in it, and touches nothing. */
    public static VmMove prepare(
            Vm source, Vm destination, DeviceCarrier carrier, Options options, MoveListener listener) {
        MoveCheck.Result check = new MoveCheck(source, destination, carrier, options.named()).look();
        return new VmMove(source, destination, carrier, options, listener, check);
    }

    /** What stands in the way, or is worth knowing. */
    public List<Finding> findings() {
        return check.findings();
    }

    /** Whether something stands in the way. */
    public boolean isBlocked() {
        return check.isBlocked();
    }

    /**
     * Moves what {@link #prepare} has seen, if nothing stands in the way.
     *
     * @throws MoveException why it could not be; the machine runs at the source, or what else is the case is said
     */
    public Outcome run() {
        if (isBlocked()) {
            throw new MoveException(
                    Errno.EPERM, "the machine cannot be moved with its devices", List.of("Nothing was touched."));
        }
        List<Traveller> travellers = check.travellers();
        VmMigration arrived;
        try {
            for (Traveller traveller : travellers) {
                unplug(traveller);
            }
            for (Traveller traveller : travellers) {
                carry(traveller);
            }
            arrived = migrate();
            for (Rollback.Passage passage : rollback.passages()) {
                step("plugging in " + passage.device().id() + " at the destination");
                destination.plug(passage.device(), passage.carried().socket());
            }
            step("handing over");
        } catch (ErrnoException e) {
            throw rollback.undo(e);
        }
        rollback.handOver();
        return new Outcome(
                travellers.stream().map(Traveller::name).toList(),
                arrived.downtimeMillis(),
                arrived.transferred(),
                settle());
    }

    private void unplug(Traveller traveller) {
        String id = traveller.device().id();
        step("unplugging " + id);
        rollback.unplugging(traveller.device(), carrier.socket(traveller.name()));
        switch (source.unplug(id, options.unplugWithin())) {
            case GONE -> {}
            case REFUSED ->
                throw new MoveException(
                        Errno.EBUSY,
                        "the guest does not let go of " + id + ": it says that it cannot",
                        List.of("See its log; a driver that is in use there may hold it."));
            case SILENT ->
                throw new MoveException(
                        Errno.ETIMEDOUT,
                        "the guest did not let go of " + id + " within "
                                + options.unplugWithin().toSeconds() + " s",
                        List.of("Does it support hot plug, and does it run? If it lets go later, plug the device in"
                                + " again. --unplug-timeout gives it longer."));
        }
    }

    private void carry(Traveller traveller) {
        step("moving the state of " + traveller.name());
        rollback.carried(traveller.device(), carrier.carry(traveller.name()));
    }

    private VmMigration migrate() {
        step("moving the machine");
        destination.expect(options.uri());
        rollback.departing();
        source.depart(options.uri());
        VmMigration now = source.migration();
        boolean cancels = false;
        while (!now.isEnd()) {
            if (listener.isCancelled() && !cancels) {
                cancels = true;
                source.cancelMigration();
            }
            now = source.migration(PAUSE);
            listener.migrating(now);
        }
        if (!now.isCompleted()) {
            throw listener.isCancelled()
                    ? cancelled()
                    : new MoveException(
                            Errno.EIO,
                            "QEMU did not move the machine: "
                                    + (now.errorOrNull() == null ? now.status() : now.errorOrNull()),
                            List.of("Both must have the same machine type and devices; see what each QEMU said."));
        }
        return now;
    }

    private void step(String what) {
        if (listener.isCancelled()) {
            throw cancelled();
        }
        listener.step(what);
    }

    private static MoveException cancelled() {
        return new MoveException(Errno.EINTR, "it was cancelled", List.of());
    }

    /** The machine runs at the destination: what fails now changes nothing of that. */
    private List<String> settle() {
        List<String> troubles = new ArrayList<>();
        if (!options.keepsSource()) {
            attempt(troubles, "The QEMU at " + source.address() + " did not end", source::quit);
        }
        for (Rollback.Passage passage : rollback.passages()) {
            attempt(
                    troubles,
                    "The old device of " + passage.device().id() + " is still at the source",
                    passage.carried()::settle);
        }
        return troubles;
    }

    private static void attempt(List<String> troubles, String what, Runnable action) {
        try {
            action.run();
        } catch (ErrnoException e) {
            troubles.add(what + ": " + e.getMessage() + ".");
        }
    }
}
