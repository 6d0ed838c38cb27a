/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.preflight.PreflightOptions;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.rule.Facts;

/**
 * Everything that can be asked of a fleet. The answers depend on the fleet and what was said at the beginning alone; what was computed for one
 * question serves the next, so one of these is kept as long as somebody asks. For many threads.
 */
public final class FleetQuestions {
    private final Judging judging;
    private final Offers offers;
    private final boolean acceptsUnknown;

    /**
     * @param machine what is known of the virtual machines, as {@link org.vfio4j.management.preflight.DomainFacts} has it; {@code qemu.version} for all hosts
     * @param options as preflight takes them
     */
    public FleetQuestions(Facts machine, PreflightOptions options) {
        this.judging = new Judging(machine, options);
        this.offers = new Offers(judging);
        this.acceptsUnknown = options.acceptsUnknown();
    }

    /** A device, and the host that it is on. */
    public record Located(FleetHost host, DeviceProbe device) {}

    /** Whether any host has such a type, or could. */
    public boolean isType(Fleet fleet, String type) {
        return fleet.hosts().stream().anyMatch(host -> !offers.of(host, type).isEmpty());
    }

    /** The places for a new device of a type, the best first. */
    public Places whereType(Fleet fleet, String type, Ranking ranking, int most) {
        return new Where(judging, offers).ofType(fleet, type, ranking, most);
    }

    /** The places to which a device could move, the best first. */
    public Places whereDevice(Fleet fleet, Located device, Ranking ranking, int most) {
        return new Where(judging, offers).ofDevice(fleet, device.host(), device.device(), ranking, most);
    }

    /** The types that there are. */
    public Set<String> types(Fleet fleet) {
        return Matrices.types(fleet);
    }

    /** From which host to which devices of a type can move. */
    public Matrix matrix(Fleet fleet, String type) {
        return new Matrices(judging, offers).of(fleet, type);
    }

    /**
     * The same for hosts that may all be different, bounded.
     *
     * @param firstOrNull a host that is in it in any case
     * @param most how many groups of hosts are compared
     */
    public Matrix matrix(Fleet fleet, String type, @Nullable String firstOrNull, int most) {
        return new Matrices(judging, offers).of(fleet, type, firstOrNull, most);
    }

    /** How a host can be emptied. */
    public Drain drain(Fleet fleet, String host) {
        return new Drains(judging, offers, acceptsUnknown).of(fleet, require(fleet, host));
    }

    /** What a change of these hosts would break and free. */
    public WhatIf whatIf(Fleet fleet, List<String> hosts, List<Change> changes) {
        List<FleetHost> changed =
                hosts.stream().map(name -> require(fleet, name)).toList();
        return new WhatIfs(new Matrices(judging, offers)).of(fleet, changed, changes);
    }

    /** The host of that name, or ENODEV. */
    public static FleetHost require(Fleet fleet, String host) {
        return fleet.host(host)
                .orElseThrow(() -> new RefusedException(
                        Errno.ENODEV,
                        "there is no host " + host + " in the inventory",
                        "vfio fleet list shows those there are."));
    }

    /** Every device that is called so: by its whole name, or {@code HOST/NAME}. */
    public static List<Located> find(Fleet fleet, String name) {
        List<Located> found = new ArrayList<>();
        for (FleetHost host : fleet.hosts()) {
            for (DeviceProbe probe : host.published().probes()) {
                HostDevice device = probe.device();
                if (device.name().equals(name) || name.equals(host.name() + "/" + device.name())) {
                    found.add(new Located(host, probe));
                }
            }
        }
        return found;
    }
}
