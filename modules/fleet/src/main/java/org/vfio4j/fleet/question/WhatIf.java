/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.List;
import java.util.Map;

/**
 * What a change of some hosts would break and free.
 *
 * @param types what happens to each type, those to which nothing happens left out
 * @param stranded devices that have a place on another host now, and would have none
 * @param freed devices that have none now, and would have one
 */
public record WhatIf(List<OfType> types, List<String> stranded, List<String> freed) {
    public WhatIf {
        types = List.copyOf(types);
        stranded = List.copyOf(stranded);
        freed = List.copyOf(freed);
    }

    /**
     * Of one type: pairs of hosts, from one of which a device can move to the other, before and after.
     *
     * @param type which
     * @param broken how many pairs could and could not any more
     * @param repaired how many could not and could
     * @param example of a broken pair, {@code node1 to node2}; else of a repaired one
     * @param blockers what stands in the way of broken pairs, by how many each rule rules out
     */
    public record OfType(String type, long broken, long repaired, String example, Map<String, Long> blockers) {
        public OfType {
            blockers = Map.copyOf(blockers);
        }
    }
}
