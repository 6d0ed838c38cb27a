/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.guest.GuestDevice;
import org.vfio4j.management.guest.GuestReport;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.rule.Facts;

/** Which version the guest's driver of a device has: the guest's agent says it, else the host's attribute {@code guest_driver_version}. */
final class GuestFacts {
    private static final String ASK_AGENT =
            "Ask the guest's agent (--guest-agent), or ask in the guest which version the driver has, and see whether the vendor supports it"
                    + " with the destination's driver; if so, --accept-unknown.";
    private static final String NAME_VENDOR =
            "Name the vendor's PCI id in a rule for its driver (pci_vendor, --rules FILE). " + ASK_AGENT;

    private final @Nullable GuestReport reportOrNull;

    /**
     * @param reportOrNull what the guest's agent said; null if nobody asked
     */
    GuestFacts(@Nullable GuestReport reportOrNull) {
        this.reportOrNull = reportOrNull;
    }

    /** What an agent said of one device. */
    private sealed interface Said {
        record Version(String text) implements Said {}

        record Nothing(String because, String remedy) implements Said {}
    }

    /**
     * The version in the vendor's own spelling; where there is none, the facts say why.
     *
     * @param rule for the device's driver, which tells how the guest sees the device and spells versions
     */
    Optional<String> version(Facts.Builder facts, HostDevice device, Optional<VersionRule> rule) {
        Said said = said(device, rule.flatMap(VersionRule::pciVendor));
        Optional<String> byAgent = said instanceof Said.Version(String text) ? Optional.of(text) : Optional.empty();
        Optional<String> version = byAgent.or(device::guestDriverVersion)
                .map(text -> rule.map(r -> r.ownVersion(text)).orElse(text));
        facts.put("guest-driver.version", version)
                .put(
                        "guest-driver.told-by",
                        byAgent.isPresent() ? "agent" : version.isPresent() ? "attribute" : "nobody");
        if (said instanceof Said.Nothing(String because, String remedy)) {
            facts.put("guest-driver.because", because).put("guest-driver.remedy", remedy);
        }
        return version;
    }

    private Said said(HostDevice device, Optional<String> vendor) {
        return switch (reportOrNull) {
            case null -> new Said.Nothing("the host does not show it, and nobody asked the guest's agent", ASK_AGENT);
            case GuestReport.Silent(String because, String remedy) -> new Said.Nothing(because, remedy);
            case GuestReport.Devices(List<GuestDevice> devices) -> among(devices, device, vendor);
        };
    }

    /** The guest sees a function of the host as that function, and a mediated device as one of its vendor's. */
    private static Said among(List<GuestDevice> devices, HostDevice device, Optional<String> vendor) {
        String id = device.pciIdOrNull() != null ? device.pciIdOrNull() : vendor.orElse(null);
        if (id == null) {
            return new Said.Nothing("nothing tells which of the guest's devices it is", NAME_VENDOR);
        }
        List<String> versions = devices.stream()
                .filter(there -> there.pciId().equals(id) || there.vendorId().equals(id))
                .map(GuestDevice::driverVersion)
                .distinct()
                .toList();
        return switch (versions.size()) {
            case 0 -> new Said.Nothing("the guest's agent names no device " + id + " with a driver", ASK_AGENT);
            case 1 -> new Said.Version(versions.getFirst());
            default ->
                new Said.Nothing(
                        "the guest's agent names devices " + id + " with different drivers ("
                                + String.join(", ", versions) + "), and nothing tells which of them it is",
                        ASK_AGENT);
        };
    }
}
