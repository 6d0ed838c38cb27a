/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A VFIO device as its host shows it, without opening it.
 *
 * @param name the mediated device's UUID, the PCI address or the platform device's name
 * @param kind its bus driver
 * @param parentOrNull of a mediated device: the parent's name
 * @param typeOrNull of a mediated device: the type's id
 * @param driverOrNull what it is bound to
 * @param driverVersionOrNull what that driver's module says of its version
 * @param isVfioBound whether a VFIO driver has it, so that it can be opened
 * @param groupOrNull the IOMMU group's number
 * @param vfioNodeOrNull the name under {@code /dev/vfio/devices} where the host has the cdev interface
 * @param usage whether somebody has it open
 * @param guestDriverVersionOrNull what the guest's driver last said of its version, where the host can tell
 * @param socketOrNull the vfio-user socket that it is served on
 * @param pciIdOrNull of a PCI function: vendor and device, such as {@code 15b3:101e}
 */
public record HostDevice(
        String name,
        DeviceKind kind,
        @Nullable String parentOrNull,
        @Nullable String typeOrNull,
        @Nullable String driverOrNull,
        @Nullable String driverVersionOrNull,
        boolean isVfioBound,
        @Nullable Integer groupOrNull,
        @Nullable String vfioNodeOrNull,
        Usage usage,
        @Nullable String guestDriverVersionOrNull,
        @Nullable String socketOrNull,
        @Nullable String pciIdOrNull) {
    /** A device of a host that knows nothing of guests' drivers and sockets. */
    public HostDevice(
            String name,
            DeviceKind kind,
            @Nullable String parentOrNull,
            @Nullable String typeOrNull,
            @Nullable String driverOrNull,
            @Nullable String driverVersionOrNull,
            boolean isVfioBound,
            @Nullable Integer groupOrNull,
            @Nullable String vfioNodeOrNull,
            Usage usage) {
        this(
                name,
                kind,
                parentOrNull,
                typeOrNull,
                driverOrNull,
                driverVersionOrNull,
                isVfioBound,
                groupOrNull,
                vfioNodeOrNull,
                usage,
                null,
                null,
                null);
    }

    public Optional<String> parent() {
        return Optional.ofNullable(parentOrNull);
    }

    public Optional<String> type() {
        return Optional.ofNullable(typeOrNull);
    }

    public Optional<String> driver() {
        return Optional.ofNullable(driverOrNull);
    }

    public Optional<String> driverVersion() {
        return Optional.ofNullable(driverVersionOrNull);
    }

    public Optional<String> guestDriverVersion() {
        return Optional.ofNullable(guestDriverVersionOrNull);
    }

    public OptionalInt group() {
        return groupOrNull == null ? OptionalInt.empty() : OptionalInt.of(groupOrNull);
    }

    public Optional<String> vfioNode() {
        return Optional.ofNullable(vfioNodeOrNull);
    }

    public Optional<String> socket() {
        return Optional.ofNullable(socketOrNull);
    }

    /** The same device with what is known of its use replaced. */
    public HostDevice withUsage(Usage known) {
        return new HostDevice(
                name,
                kind,
                parentOrNull,
                typeOrNull,
                driverOrNull,
                driverVersionOrNull,
                isVfioBound,
                groupOrNull,
                vfioNodeOrNull,
                known,
                guestDriverVersionOrNull,
                socketOrNull,
                pciIdOrNull);
    }
}
