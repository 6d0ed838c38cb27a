/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.snapshot.Snapshot;

/** What is known of many hosts at a moment. */
public final class Fleet {
    private final SortedMap<String, FleetHost> hosts;
    private final List<Finding> findings;
    private final long revision;

    Fleet(SortedMap<String, FleetHost> hosts, List<Finding> findings, long revision) {
        this.hosts = Collections.unmodifiableSortedMap(hosts);
        this.findings = List.copyOf(findings);
        this.revision = revision;
    }

    /** These hosts, with nothing reserved. */
    public static Fleet of(List<Snapshot> snapshots) {
        SortedMap<String, FleetHost> hosts = new TreeMap<>();
        snapshots.forEach(s -> hosts.put(s.hostName(), new FleetHost(s.hostName(), s, List.of())));
        return new Fleet(hosts, List.of(), 0);
    }

    /** By their names. */
    public List<FleetHost> hosts() {
        return new ArrayList<>(hosts.values());
    }

    /** How many there are. */
    public int size() {
        return hosts.size();
    }

    /** The host of that name. */
    public Optional<FleetHost> host(String name) {
        return Optional.ofNullable(hosts.get(name));
    }

    /** What could not be read, and why. */
    public List<Finding> findings() {
        return findings;
    }

    /** Which state of the inventory it is: later ones have a higher number; 0 where the inventory does not count. */
    public long revision() {
        return revision;
    }

    /** The same fleet with these hosts in place of those of the same names. */
    public Fleet with(List<FleetHost> others) {
        SortedMap<String, FleetHost> all = new TreeMap<>(hosts);
        others.forEach(host -> all.put(host.name(), host));
        return new Fleet(all, findings, revision);
    }
}
