/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FindingList;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.fleet.inventory.Reservation;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.snapshot.Snapshot;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio fleet list}. */
final class FleetListCommand implements Command {
    @Override
    public String name() {
        return "list";
    }

    @Override
    public String summary() {
        return "the hosts, what they have and what is left";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio fleet list",
                        "vfio fleet list [--inventory WHERE] [-o FORM]",
                        "Shows the hosts of an inventory: their devices, and how many more of each type they can make"
                                + " beside what is reserved.")
                .addOption(InventoryOption.spec())
                .addOption(OutputOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio fleet list --inventory snapshots/",
                                "vfio fleet list -o json | jq '.hosts[] | select(.reservations != [])'"),
                        "0  fine",
                        "1  something in the inventory cannot be read",
                        "2  the command line was wrong",
                        "3  the inventory cannot be read"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        Fleet fleet = FleetOptions.read(line, world);
        form.print(
                world.terminal(),
                () -> json(fleet),
                () -> table(world.terminal(), fleet, world.clock().instant()));
        return fleet.findings().isEmpty() ? ExitCode.OK : ExitCode.FINDINGS;
    }

    private static void table(Terminal terminal, Fleet fleet, Instant now) {
        if (fleet.size() == 0) {
            terminal.out().println("There is no host in the inventory. See vfio agent --help.");
        } else {
            Table table = new Table("HOST", "KERNEL", "QEMU", "DEVICES", "IN USE", "RESERVED", "AGE", "LEFT");
            for (FleetHost host : fleet.hosts()) {
                Snapshot s = host.published();
                String qemu = s.platform().qemuVersionOrNull();
                table.row(
                        host.name(),
                        s.kernel(),
                        qemu == null ? "unknown" : qemu,
                        String.valueOf(s.probes().size()),
                        String.valueOf(s.probes().stream()
                                .filter(p -> p.device().usage().isInUse())
                                .count()),
                        String.valueOf(host.reservations().size()),
                        age(Duration.between(s.taken(), now)),
                        left(host));
            }
            table.print(terminal);
        }
        FindingList.print(terminal, fleet.findings());
    }

    /** {@code mtty-1 24, mtty-2 12}. */
    private static String left(FleetHost host) {
        TreeMap<String, Long> left = new TreeMap<>(); // counts come from anybody
        for (MdevParent parent : host.left().inventory().parents()) {
            for (MdevParent.Type type : parent.types()) {
                left.merge(type.id(), (long) type.available().orElse(0), Long::sum);
            }
        }
        left.values().removeIf(n -> n == 0);
        List<String> words = left.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .toList();
        return words.size() <= 6
                ? String.join(", ", words)
                : String.join(", ", words.subList(0, 6)) + ", " + (words.size() - 6) + " more";
    }

    /** Since when it has been so: an agent publishes what changes, not that time goes by. */
    private static String age(Duration age) {
        if (age.toDays() > 1) {
            return age.toDays() + " d";
        }
        return age.toHours() > 1
                ? age.toHours() + " h"
                : age.toMinutes() > 1 ? age.toMinutes() + " min" : Math.max(0, age.toSeconds()) + " s";
    }

    private static ObjectNode json(Fleet fleet) {
        ObjectNode document = FleetOptions.document(fleet);
        ArrayNode hosts = document.putArray("hosts");
        for (FleetHost host : fleet.hosts()) {
            Snapshot s = host.published();
            ObjectNode node = hosts.addObject()
                    .put("host_name", host.name())
                    .put("kernel", s.kernel())
                    .put("qemu", s.platform().qemuVersionOrNull())
                    .put("taken", s.taken().toString())
                    .put("devices", s.probes().size());
            ArrayNode parents = node.putArray("parents");
            for (MdevParent parent : host.left().inventory().parents()) {
                ArrayNode types = parents.addObject()
                        .put("parent", parent.name())
                        .put("driver", parent.driverOrNull())
                        .put("driver_version", parent.driverVersionOrNull())
                        .putArray("types");
                parent.types()
                        .forEach(t -> types.addObject().put("type", t.id()).put("left", t.availableOrNull()));
            }
            ArrayNode reservations = node.putArray("reservations");
            host.reservations().stream().map(Reservation::json).forEach(reservations::add);
        }
        FleetOptions.findings(document, fleet);
        return document;
    }
}
