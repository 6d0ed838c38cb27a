/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;

/**
 * What somebody wants to have for himself.
 *
 * @param id of the reservation, and of the mediated device that will be made: when the host shows it, the reservation is fulfilled
 * @param host on which
 * @param parentOrNull an instance of a type, on this parent; null for a device that is there
 * @param typeOrNull the type
 * @param deviceOrNull a device that is there and free, such as a PCI function; null for an instance
 * @param holder who wants it, for people
 * @param lifetime how long it is held unless it is extended; whole seconds count
 */
public record Claim(
        UUID id,
        String host,
        @Nullable String parentOrNull,
        @Nullable String typeOrNull,
        @Nullable String deviceOrNull,
        String holder,
        Duration lifetime) {
    /** The shortest and the longest time that something can be held at once. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int MAX_HOLDER = 200;

    /** EINVAL for what nobody can claim. */
    public Claim {
        HostNames.require(host);
        if ((parentOrNull == null) != (typeOrNull == null) || (parentOrNull == null) == (deviceOrNull == null)) {
            throw new RefusedException(Errno.EINVAL, "a claim is for a type on a parent, or for a device", "");
        }
        if (holder.isBlank() || holder.length() > MAX_HOLDER) {
            throw new RefusedException(
                    Errno.EINVAL, "a claim says whose it is, in at most " + MAX_HOLDER + " characters", "");
        }
        if (lifetime.compareTo(SHORTEST) < 0 || lifetime.compareTo(LONGEST) > 0) {
            throw new RefusedException(
                    Errno.EINVAL, "something is held for 1 second to 24 hours, not " + lifetime.toSeconds() + " s", "");
        }
    }

    /** An instance of a type. */
    public static Claim instance(UUID id, String host, String parent, String type, String holder, Duration lifetime) {
        return new Claim(id, host, parent, type, null, holder, lifetime);
    }

    /** A device that is there. */
    public static Claim device(UUID id, String host, String device, String holder, Duration lifetime) {
        return new Claim(id, host, null, null, device, holder, lifetime);
    }

    /** What is wanted, in words. */
    public String what() {
        return deviceOrNull == null ? typeOrNull + " on " + parentOrNull : deviceOrNull;
    }
}
