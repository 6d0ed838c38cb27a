/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/** What a device answered at its registration to the queries that need no open: never changed, so any thread may ask at any time. */
final class DeviceFacts {
    /** Both at once is a question that devices refuse, each in its way. */
    private static final int[] TYPES = {GfxPlane.REGION, GfxPlane.DMABUF, GfxPlane.REGION | GfxPlane.DMABUF};

    private final Set<Query.Kind> kinds;
    private final Map<Query<?>, Fact> facts;

    /** An answer, or the error number that is the answer. */
    private record Fact(@Nullable Object answer, int errno) {}

    private DeviceFacts(Set<Query.Kind> kinds, Map<Query<?>, Fact> facts) {
        this.kinds = kinds;
        this.facts = facts;
    }

    /** Asks a device that nobody has open. */
    static DeviceFacts of(VfioDevice device, Set<Query.Kind> declared, AnswerCheck check) {
        Set<Query.Kind> kinds = EnumSet.noneOf(Query.Kind.class);
        kinds.addAll(declared);
        Map<Query<?>, Fact> facts = new HashMap<>();
        if (kinds.isEmpty()) {
            return new DeviceFacts(kinds, facts);
        }
        DeviceInfo info = check.info(device.info());
        facts.put(new Query.Info(), new Fact(info, 0));
        if (kinds.contains(Query.Kind.REGION_INFO)) {
            for (int i = 0; i < info.regions(); i++) {
                int index = i;
                ask(facts, new Query.Region(i), () -> check.region(index, device.regionInfo(index)));
            }
        }
        if (kinds.contains(Query.Kind.IRQ_INFO)) {
            for (int i = 0; i < info.irqs(); i++) {
                int index = i;
                ask(facts, new Query.Irq(i), () -> check.irq(index, device.irqInfo(index)));
            }
        }
        askPlanes(facts, device, kinds, check);
        return new DeviceFacts(kinds, Map.copyOf(facts));
    }

    /** A plane may name a region beyond the device's count, as mdpy's does: that one is asked too. */
    private static void askPlanes(
            Map<Query<?>, Fact> facts, VfioDevice device, Set<Query.Kind> kinds, AnswerCheck check) {
        for (int type : TYPES) {
            if (kinds.contains(Query.Kind.GFX_PLANE_PROBE)) {
                int flags = GfxPlane.PROBE | type;
                ask(facts, new Query.Plane(flags), () -> device.queryGfxPlane(flags));
            }
            if (kinds.contains(Query.Kind.GFX_PLANE)) {
                ask(facts, new Query.Plane(type), () -> device.queryGfxPlane(type));
                Fact plane = facts.get(new Query.Plane(type));
                if (type == GfxPlane.REGION
                        && kinds.contains(Query.Kind.REGION_INFO)
                        && plane != null
                        && plane.answer() instanceof GfxPlane shown) {
                    ask(
                            facts,
                            new Query.Region(shown.id()),
                            () -> check.region(shown.id(), device.regionInfo(shown.id())));
                }
            }
        }
    }

    private static void ask(Map<Query<?>, Fact> facts, Query<?> query, Supplier<Object> question) {
        try {
            facts.put(query, new Fact(question.get(), 0));
        } catch (ErrnoException e) {
            facts.put(query, new Fact(null, e.errno()));
        }
    }

    /**
     * The answer to a query.
     *
     * @throws VfioException what the device answered; EOPNOTSUPP if the driver answers this one only for an open device; EPERM for what is no
     *     benign query
     */
    <A> A answer(String device, Query<A> query) {
        Query.Kind kind = kind(query)
                .orElseThrow(() -> new VfioException(
                        Errno.EPERM, "only *_INFO and QUERY_GFX_PLANE can be asked through the group of " + device));
        if (!kinds.contains(kind)) {
            throw new VfioException(
                    Errno.EOPNOTSUPP, "the driver of " + device + " answers " + kind + " only for an open device");
        }
        Fact fact = facts.get(query);
        if (fact == null || fact.answer() == null) {
            int errno = fact == null ? Errno.EINVAL : fact.errno();
            throw new VfioException(errno, device + " answers " + query);
        }
        @SuppressWarnings("unchecked") // facts.put is called with the answer of the query that is its key only
        A answer = (A) fact.answer();
        return answer;
    }

    private static Optional<Query.Kind> kind(Query<?> query) {
        return switch (query) {
            case Query.Info() -> Optional.of(Query.Kind.INFO);
            case Query.Region(int index) -> Optional.of(Query.Kind.REGION_INFO);
            case Query.Irq(int index) -> Optional.of(Query.Kind.IRQ_INFO);
            case Query.Plane(int flags) when (flags & GfxPlane.PROBE) != 0 -> Optional.of(Query.Kind.GFX_PLANE_PROBE);
            case Query.Plane(int flags) -> Optional.of(Query.Kind.GFX_PLANE);
            case Query.Other(int command) -> Optional.empty();
        };
    }
}
