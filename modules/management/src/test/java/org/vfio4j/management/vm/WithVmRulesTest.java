/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.rule.Facts;

/** Which facts stand in the way of a machine's move, and that nothing else does. */
class WithVmRulesTest {
    private static List<String> ids(Facts facts) {
        return VmMove.rules().findings("it", facts).stream().map(Finding::id).toList();
    }

    private static Facts.Builder machine() {
        return Facts.builder()
                .put("scope", "with-vm")
                .put("vm.status", "running")
                .put("vm.devices", 2)
                .put("vm.kernel-devices", List.of())
                .put("destination.status", "inmigrate");
    }

    private static Facts.Builder device() {
        return Facts.builder()
                .put("scope", "with-vm-device")
                .put("device", "gpu0")
                .put("device.has-id", true)
                .put("device.hotpluggable", true)
                .put("device.msix", false)
                .put("device.served", true)
                .put("device.migration", "yes")
                .put("destination.bus", true)
                .put("destination.has-id", false)
                .put("destination.place", "creatable")
                .put("driver.same", true)
                .put("qemu.version", "11.1.3");
    }

    @Test
    void whereAllIsWellNothingIsSaid() {
        assertThat(ids(machine().build())).isEmpty();
        assertThat(ids(device().build())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "vm.status, paused, with-vm-not-running",
        "vm.status, prelaunch, with-vm-not-running",
        "vm.devices, 0, with-vm-nothing-to-move",
        "vm.kernel-devices, hostdev0, with-vm-kernel-devices",
        "destination.status, running, with-vm-destination-not-waiting",
    })
    void theMachineIsLookedAt(String fact, String value, String id) {
        assertThat(ids(machine().put(fact, value).build())).containsExactly(id);
    }

    @ParameterizedTest
    @CsvSource({
        "device.has-id, no, with-vm-no-id",
        "device.hotpluggable, no, with-vm-not-hotpluggable",
        "device.msix, yes, with-vm-msix-unplug",
        "device.served, no, with-vm-not-served",
        "device.migration, no, with-vm-state-not-saved",
        "device.migration, unknown, with-vm-state-not-saved",
        "destination.bus, no, with-vm-bus-missing",
        "destination.has-id, yes, with-vm-id-taken",
        "destination.place, name-taken, with-vm-name-taken",
        "destination.place, type-missing, with-vm-type-missing",
        "destination.place, full, with-vm-full",
        "driver.same, no, with-vm-driver-differs",
    })
    void eachDeviceIsLookedAt(String fact, String value, String id) {
        assertThat(ids(device().put(fact, value).build())).containsExactly(id);
    }
}
