/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vfio4j.management.domain.DomainXml;
import org.vfio4j.management.domain.Hostdev;
import org.vfio4j.management.rule.Facts;

/** What a domain XML says to a check, and what a check's result means for it. */
public final class DomainFacts {
    private static final Pattern SOCKET = Pattern.compile("\"path\"\\s*:\\s*\"([^\"]{1,108})\"");

    private DomainFacts() {}

    /** What the rules look at: {@code vm.known}, {@code vm.iommu}, {@code vm.ramfb} and {@code vm.enable-migration}. */
    public static Facts of(DomainXml domain) {
        boolean ramfb = domain.hostdevs().stream()
                .anyMatch(
                        device -> device.attribute("ramfb").filter("on"::equals).isPresent());
        return Facts.builder()
                .put("vm.known", true)
                .put("vm.iommu", domain.hasIommu())
                .put("vm.ramfb", ramfb)
                .put("vm.enable-migration", enableMigration(domain.overridden("enable-migration")))
                .build();
    }

    /** One device that is off keeps the whole machine where it is. */
    private static String enableMigration(List<String> values) {
        return values.contains("off") ? "off" : values.contains("on") ? "on" : "auto";
    }

    /** The devices that a check is to look at: the host's that VFIO hands over, and those that QEMU reaches over vfio-user. */
    public static List<String> devices(DomainXml domain) {
        List<String> devices = new ArrayList<>();
        domain.hostdevs().forEach(device -> device.device().ifPresent(devices::add));
        for (String argument : domain.arguments()) {
            if (argument.contains("vfio-user-pci")) {
                Matcher path = SOCKET.matcher(argument);
                devices.add(Preflight.VFIO_USER + (path.find() ? path.group(1) : "a socket"));
            }
        }
        return devices;
    }

    /** Names the destination's devices in the domain. */
    public static void rewrite(DomainXml domain, List<DeviceMapping> mappings) {
        for (Hostdev device : domain.hostdevs()) {
            Optional<String> becomes = device.device()
                    .flatMap(name -> mappings.stream()
                            .filter(mapping -> mapping.source().equals(name))
                            .map(DeviceMapping::destination)
                            .findFirst());
            becomes.filter(name -> !device.device().equals(Optional.of(name))).ifPresent(device::setDevice);
        }
    }
}
