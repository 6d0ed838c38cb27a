/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.List;
import java.util.Map;

/**
 * An answer to {@code where}.
 *
 * @param places the best first, no more than were wanted
 * @param hosts how many of the hosts that have the type at all there are of each verdict
 * @param blockers how many hosts each rule rules out
 */
public record Places(List<Place> places, Map<Verdict, Integer> hosts, Map<String, Integer> blockers) {
    public Places {
        places = List.copyOf(places);
        hosts = Map.copyOf(hosts);
        blockers = Map.copyOf(blockers);
    }

    /** How many hosts have that verdict. */
    public int hosts(Verdict verdict) {
        return hosts.getOrDefault(verdict, 0);
    }
}
