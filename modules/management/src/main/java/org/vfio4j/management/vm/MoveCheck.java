/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.vm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.rule.RuleBook;

/** Finds out what a machine's move is about and what stands in its way, before anything is touched. */
final class MoveCheck {
    private final Vm source;
    private final Vm destination;
    private final DeviceCarrier carrier;
    private final Map<String, String> named;
    private final RuleBook rules = VmMove.rules();

    /**
     * @param named devices of the serving host, by QEMU's ids of them, where QEMU does not tell
     */
    MoveCheck(Vm source, Vm destination, DeviceCarrier carrier, Map<String, String> named) {
        this.source = source;
        this.destination = destination;
        this.carrier = carrier;
        this.named = named;
    }

    /**
     * A device of the machine.
     *
     * @param device as QEMU has it
     * @param name as its host calls it; empty if it is none of that host's
     */
    record Traveller(VmDevice device, String name) {
        String id() {
            return device.id();
        }
    }

    /**
     * What was found.
     *
     * @param travellers the devices to move
     * @param findings of the machine and of each device
     */
    record Result(List<Traveller> travellers, List<Finding> findings) {
        /** Whether something stands in the way. */
        boolean isBlocked() {
            return findings.stream().anyMatch(f -> f.severity() == Finding.Severity.BLOCKER);
        }
    }

    Result look() {
        List<VmDevice> devices = source.devices();
        List<Finding> findings = new ArrayList<>(rules.findings("machine", machine(devices)));
        List<Traveller> travellers = new ArrayList<>();
        for (VmDevice device : devices) {
            String name = Optional.ofNullable(named.get(device.id()))
                    .or(() -> device.socket().map(Path::toAbsolutePath).flatMap(carrier::serves))
                    .orElse("");
            travellers.add(new Traveller(device, name));
            findings.addAll(rules.findings(device.id(), facts(device, name)));
        }
        return new Result(List.copyOf(travellers), List.copyOf(findings));
    }

    private Facts machine(List<VmDevice> devices) {
        return Facts.builder()
                .put("scope", "with-vm")
                .put("vm.status", source.status())
                .put("vm.devices", devices.size())
                .put("vm.kernel-devices", source.kernelDevices())
                .put("destination.status", destination.status())
                .put("source.qemu", source.version())
                .put("destination.qemu", destination.version())
                .build();
    }

    private Facts facts(VmDevice device, String name) {
        Facts.Builder facts = Facts.builder()
                .put("scope", "with-vm-device")
                .put("device", device.id())
                .put("device.bus", device.bus())
                .put("device.socket", device.socket())
                .put("device.has-id", device.hasId())
                .put("device.hotpluggable", device.isHotpluggable())
                .put("device.msix", device.hasMsix())
                .put("device.served", !name.isEmpty())
                .put("destination.bus", destination.hasBusOf(device))
                .put("destination.has-id", destination.has(device.id()))
                .put("qemu.version", source.version());
        if (!name.isEmpty()) {
            carrier.describe(name, facts);
        }
        return facts.build();
    }
}
