/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Platform;
import org.vfio4j.management.snapshot.Snapshot;

/**
 * Something about a host that would be different.
 *
 * @param what {@code host_driver_version}, {@code kernel} or {@code qemu}: what JSON calls it
 * @param value what it would be
 * @param driverOrNull whose version; null for all drivers that tell one
 */
public record Change(String what, String value, @Nullable String driverOrNull) {
    private static final List<String> KNOWN = List.of("host_driver_version", "kernel", "qemu");
    private static final int MAX_VALUE = 100;

    /** EINVAL for what cannot be changed. */
    public Change {
        if (!KNOWN.contains(what) || value.isBlank() || value.length() > MAX_VALUE) {
            throw new RefusedException(
                    Errno.EINVAL,
                    "nothing called " + what + " can be set to \"" + value + "\"",
                    "There are: " + String.join(", ", KNOWN) + ".");
        }
    }

    /** The change that {@code NAME=VALUE} says. */
    public static Change parse(String text, @Nullable String driverOrNull) {
        int at = text.indexOf('=');
        return new Change(text.substring(0, Math.max(0, at)), text.substring(at + 1), driverOrNull);
    }

    /** The host as it would be. */
    FleetHost of(FleetHost host) {
        return host.with(of(host.published()));
    }

    private Snapshot of(Snapshot s) {
        Platform platform = what.equals("qemu")
                ? new Platform(
                        value, s.platform().libvirtVersionOrNull(), s.platform().iommuDirtyTrackingOrNull())
                : s.platform();
        List<MdevParent> parents =
                s.inventory().parents().stream().map(this::of).toList();
        List<DeviceProbe> probes = s.probes().stream()
                .map(p -> new DeviceProbe(of(p.device()), p.answers()))
                .toList();
        return new Snapshot(
                s.host(),
                s.hostName(),
                what.equals("kernel") ? value : s.kernel(),
                platform,
                s.taken(),
                new Inventory(
                        parents,
                        probes.stream().map(DeviceProbe::device).toList(),
                        s.inventory().findings()),
                probes);
    }

    private MdevParent of(MdevParent parent) {
        return concerns(parent.driverOrNull(), parent.driverVersionOrNull())
                ? new MdevParent(parent.name(), parent.driverOrNull(), value, parent.types())
                : parent;
    }

    private HostDevice of(HostDevice d) {
        return concerns(d.driverOrNull(), d.driverVersionOrNull())
                ? new HostDevice(
                        d.name(),
                        d.kind(),
                        d.parentOrNull(),
                        d.typeOrNull(),
                        d.driverOrNull(),
                        value,
                        d.isVfioBound(),
                        d.groupOrNull(),
                        d.vfioNodeOrNull(),
                        d.usage(),
                        d.guestDriverVersionOrNull(),
                        d.socketOrNull(),
                        d.pciIdOrNull())
                : d;
    }

    private boolean concerns(@Nullable String driver, @Nullable String version) {
        return what.equals("host_driver_version")
                && (driverOrNull == null
                        ? version != null
                        : Optional.ofNullable(driver).equals(Optional.of(driverOrNull)));
    }
}
