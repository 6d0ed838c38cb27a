/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.snapshot.Snapshot;

/**
 * What hosts have in common is kept once: ten thousand hosts have a few dozen types, drivers and answers between them. Of values that are all
 * different, such as a hostile host's, no more than a bound is remembered.
 */
final class Sharing {
    private static final int MOST = 1 << 16;

    private final Map<Object, Object> known = new HashMap<>();

    Snapshot share(Snapshot snapshot) {
        List<MdevParent> parents =
                snapshot.inventory().parents().stream().map(this::parent).toList();
        List<DeviceProbe> probes = snapshot.probes().stream().map(this::probe).toList();
        Snapshot shared = Room.with(snapshot, parents, probes);
        return new Snapshot(
                one(shared.host()),
                shared.hostName(),
                one(shared.kernel()),
                one(shared.platform()),
                shared.taken(),
                shared.inventory(),
                shared.probes());
    }

    private MdevParent parent(MdevParent parent) {
        return new MdevParent(
                one(parent.name()),
                oneOrNull(parent.driverOrNull()),
                oneOrNull(parent.driverVersionOrNull()),
                one(parent.types().stream().map(this::one).toList()));
    }

    private DeviceProbe probe(DeviceProbe probe) {
        HostDevice d = probe.device();
        Map<Question, Answer> answers = one(probe.answers());
        return new DeviceProbe(
                new HostDevice(
                        d.name(),
                        d.kind(),
                        oneOrNull(d.parentOrNull()),
                        oneOrNull(d.typeOrNull()),
                        oneOrNull(d.driverOrNull()),
                        oneOrNull(d.driverVersionOrNull()),
                        d.isVfioBound(),
                        d.groupOrNull(),
                        d.vfioNodeOrNull(),
                        d.usage(),
                        oneOrNull(d.guestDriverVersionOrNull()),
                        d.socketOrNull(),
                        oneOrNull(d.pciIdOrNull())),
                answers);
    }

    private <T> @Nullable T oneOrNull(@Nullable T value) {
        return value == null ? null : one(value);
    }

    @SuppressWarnings("unchecked") // a key's value is the key, or equal to it
    private <T> T one(T value) {
        Object first = known.get(value);
        if (first != null) {
            return (T) first;
        }
        if (known.size() < MOST) {
            known.put(value, value);
        }
        return value;
    }
}
