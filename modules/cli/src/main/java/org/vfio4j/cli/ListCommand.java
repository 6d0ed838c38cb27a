/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.concurrent.Callable;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.snapshot.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vfio list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Shows the VFIO devices of a host: mediated, PCI and platform ones. Opens none of them.")
final class ListCommand implements Callable<Integer> {
    @Mixin
    private HostOption host = new HostOption();

    @Mixin
    private OutputOption output = new OutputOption();

    private final Terminal terminal;

    ListCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Source source = host.open()) {
            BareHost.refuse(source);
            Inventory inventory = source.inventory();
            output.print(terminal, () -> Json.list(source.kind(), inventory), () -> table(inventory));
            return ExitCode.OK;
        }
    }

    private void table(Inventory inventory) {
        if (inventory.devices().isEmpty()) {
            terminal.out().println("There is no VFIO device on this host; vfio types shows which could be made.");
        } else {
            Table table = new Table("DEVICE", "KIND", "PARENT", "TYPE", "DRIVER", "GROUP", "IN USE");
            for (HostDevice device : inventory.devices()) {
                table.row(
                        device.name(),
                        device.kind().word(),
                        device.parent().orElse(""),
                        device.type().orElse(""),
                        device.driver().orElse("none"),
                        device.group().isPresent()
                                ? String.valueOf(device.group().getAsInt())
                                : "none",
                        ProbeTable.inUse(device.usage()));
            }
            table.print(terminal);
        }
        FindingList.print(terminal, inventory.findings());
    }
}
