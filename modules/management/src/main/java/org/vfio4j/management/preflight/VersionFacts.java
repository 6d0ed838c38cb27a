/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.preflight.VersionRule.Side;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.snapshot.Snapshot;

/** Which drivers meet after the move, in which versions, and whether they go together. */
final class VersionFacts {
    private final Snapshot source;
    private final Snapshot destination;
    private final PreflightOptions options;
    private final Judge judge;
    private final GuestFacts guest;

    VersionFacts(Snapshot source, Snapshot destination, PreflightOptions options) {
        this.source = source;
        this.destination = destination;
        this.options = options;
        Judge asked = options.judgeOrNull();
        this.judge = asked == null ? Judge.declared(destination) : asked;
        this.guest = new GuestFacts(options.guestOrNull());
    }

    /** A driver and what it says of its version. */
    private record Driver(
            @Nullable String nameOrNull, @Nullable String versionOrNull) {}

    void collect(Facts.Builder facts, HostDevice device, Place place) {
        Optional<MdevParent> parent = parent(source, device.parentOrNull());
        Optional<MdevParent> newParent = newParent(place);
        Driver here = driver(parent, newParent, device);
        Driver there = driver(newParent, parent, likely(device, place));
        boolean isJudged = states(facts, device, newParent);
        facts.put("source.driver", Optional.ofNullable(here.nameOrNull()))
                .put("source.driver-version", Optional.ofNullable(here.versionOrNull()))
                .put("destination.driver", Optional.ofNullable(there.nameOrNull()))
                .put("destination.driver-version", Optional.ofNullable(there.versionOrNull()));
        if (here.nameOrNull() != null && there.nameOrNull() != null) {
            facts.put("driver.same", here.nameOrNull().equals(there.nameOrNull()));
        }
        facts.put("host-driver.check", host(facts, here, there, isJudged));
        facts.put("guest-driver.check", guest(facts, device, here, there));
    }

    /** Whether the destination's driver said yes to the name of the states that the source's saves. */
    private boolean states(Facts.Builder facts, HostDevice device, Optional<MdevParent> newParent) {
        Optional<String> version = parent(source, device.parentOrNull())
                .flatMap(p -> device.type().flatMap(p::type))
                .flatMap(MdevParent.Type::migrationVersion);
        facts.put("states.version", version);
        if (version.isEmpty() || newParent.isEmpty() || device.typeOrNull() == null) {
            facts.put("states.check", version.isEmpty() ? "absent" : "unknown");
            return false;
        }
        Optional<Boolean> verdict = judge.accepts(newParent.get().name(), device.typeOrNull(), version.get());
        facts.put(
                "states.check", verdict.map(yes -> yes ? "accepted" : "refused").orElse("unknown"));
        return verdict.orElse(false);
    }

    private String host(Facts.Builder facts, Driver here, Driver there, boolean isJudged) {
        if (here.versionOrNull() == null || there.versionOrNull() == null) {
            return isJudged ? "accepted-by-driver" : "unknown";
        }
        if (here.versionOrNull().equals(there.versionOrNull())) {
            return "same";
        }
        if (isJudged) {
            return "accepted-by-driver";
        }
        Optional<VersionRule> rule = options.versions().find(Side.HOST, here.nameOrNull());
        facts.put("host-driver.rule", rule.map(VersionRule::id).orElse("equal"));
        return verdict(rule, here.versionOrNull(), there.versionOrNull()).orElse("refused");
    }

    /** Of a version: accepted, refused, or empty where no rule compares it. */
    private static Optional<String> verdict(Optional<VersionRule> rule, String moving, String destination) {
        return rule.flatMap(r -> r.accepts(moving, destination)).map(yes -> yes ? "accepted" : "refused");
    }

    /** A guest's driver that works with the same host driver at the source works with it at the destination. */
    private String guest(Facts.Builder facts, HostDevice device, Driver here, Driver there) {
        Optional<VersionRule> rule = options.versions().find(Side.GUEST, here.nameOrNull());
        facts.put("guest-driver.rule", rule.map(VersionRule::id).orElse("equal"));
        if (rule.filter(r -> r.form() == VersionRule.Form.ANY).isPresent()) {
            return "accepted";
        }
        Optional<String> version = guest.version(facts, device, rule);
        if (version.isEmpty()) {
            return "unknown";
        }
        if (there.versionOrNull() == null) {
            return "unknown-host";
        }
        if (there.versionOrNull().equals(here.versionOrNull())) {
            return "accepted";
        }
        return verdict(rule, version.get(), there.versionOrNull())
                .orElse(version.get().equals(there.versionOrNull()) ? "accepted" : "no-rule");
    }

    private Optional<MdevParent> newParent(Place place) {
        if (place.parentOrNull() != null) {
            return Optional.of(place.parentOrNull());
        }
        HostDevice there = place.deviceOrNull();
        return there == null ? Optional.empty() : parent(destination, there.parentOrNull());
    }

    /** The parent's driver, where both sides' parents tell their versions; else the device's. */
    private static Driver driver(
            Optional<MdevParent> own, Optional<MdevParent> other, @Nullable HostDevice deviceOrNull) {
        boolean isByParent = own.map(MdevParent::driverVersionOrNull).isPresent()
                && other.map(MdevParent::driverVersionOrNull).isPresent();
        if (deviceOrNull != null && !isByParent && deviceOrNull.driverVersionOrNull() != null) {
            return new Driver(deviceOrNull.driverOrNull(), deviceOrNull.driverVersionOrNull());
        }
        if (own.isPresent() && own.get().driverOrNull() != null) {
            return new Driver(own.get().driverOrNull(), own.get().driverVersionOrNull());
        }
        return deviceOrNull == null ? new Driver(null, null) : new Driver(deviceOrNull.driverOrNull(), null);
    }

    /** The device that is there, or one of the type on the parent that will make it. */
    private @Nullable HostDevice likely(HostDevice device, Place place) {
        if (place.deviceOrNull() != null) {
            return place.deviceOrNull();
        }
        MdevParent parent = place.parentOrNull();
        if (parent == null) {
            return null;
        }
        for (HostDevice there : destination.inventory().devices()) {
            if (parent.name().equals(there.parentOrNull()) && there.type().equals(device.type())) {
                return there;
            }
        }
        return null;
    }

    private static Optional<MdevParent> parent(Snapshot host, @Nullable String nameOrNull) {
        for (MdevParent parent : host.inventory().parents()) {
            if (parent.name().equals(nameOrNull)) {
                return Optional.of(parent);
            }
        }
        return Optional.empty();
    }
}
