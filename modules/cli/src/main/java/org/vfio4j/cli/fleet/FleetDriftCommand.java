/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FindingList;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.Source;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.fleet.question.Drift;
import org.vfio4j.management.control.DefinedDevice;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.definition.Definition;
import org.vfio4j.management.definition.Definitions;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.snapshot.Json;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio fleet drift}. */
final class FleetDriftCommand implements Command {
    private static final String AS = "--name";
    private static final String DEFINITIONS = "/etc/mdevctl.d";

    @Override
    public String name() {
        return "drift";
    }

    @Override
    public String summary() {
        return "what is defined, active and published of this host, and differs";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio fleet drift",
                        "vfio fleet drift [--name NAME] [--inventory WHERE] [--host HOST]%n"
                                + "                        [--run-dir DIR] [-o FORM]",
                        "Compares this host's mediated devices as they are defined (mdevctl's files, and the running"
                                + " user-space host's), as they are, and as the inventory has them.")
                .addOption(Options.value("NAME", "what the host is called in the inventory", AS)
                        .build())
                .addOption(InventoryOption.spec())
                .addOption(HostOption.spec())
                .addOption(FolderOptions.run())
                .addOption(OutputOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio fleet drift", "vfio fleet drift --inventory etcd://etcd1:2379"),
                        "0  all agree",
                        "1  something differs",
                        "2  the command line was wrong",
                        "3  the inventory or the host cannot be read"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        List<Finding> findings = new ArrayList<>();
        List<Definition> defined = defined(line, world, findings);
        List<HostDevice> active;
        String name;
        try (Source source = HostOption.openWithVfio(line, world)) {
            active = source.inventory().devices();
            name = line.matchedOptionValue(AS, source.machine().hostName());
        }
        Optional<List<HostDevice>> published = published(line, world, name, findings);
        List<Drift> drifts = Drift.of(defined, active, published);
        form.print(
                world.terminal(), () -> json(name, drifts, findings), () -> table(world.terminal(), drifts, findings));
        boolean agree = findings.stream().allMatch(f -> f.severity() == Finding.Severity.INFO)
                && drifts.stream().allMatch(d -> d.texts().isEmpty());
        return agree ? ExitCode.OK : ExitCode.FINDINGS;
    }

    private static List<Definition> defined(ParseResult line, World world, List<Finding> findings) {
        List<Definition> defined = new ArrayList<>();
        Path kernels = world.root().base().resolve(DEFINITIONS.substring(1));
        if (java.nio.file.Files.isDirectory(kernels)) {
            Definitions.Listing listing = new Definitions(kernels).list();
            defined.addAll(listing.definitions());
            findings.addAll(listing.findings());
        }
        FolderOptions.running(line, world).ifPresent(running -> {
            try (RunningHost host = running) {
                RunningHost.Defined of = host.defined();
                of.devices().stream().map(DefinedDevice::definition).forEach(defined::add);
                findings.addAll(of.findings());
            }
        });
        return defined;
    }

    /** Empty where no inventory is named. */
    private static Optional<List<HostDevice>> published(
            ParseResult line, World world, String name, List<Finding> findings) {
        if (!InventoryOption.isGiven(line, world)) {
            return Optional.empty();
        }
        Optional<FleetHost> host = FleetOptions.read(line, world).host(name);
        if (host.isEmpty()) {
            findings.add(new Finding(
                    "fleet-host-unknown",
                    Finding.Severity.WARNING,
                    name,
                    "the inventory has no such host",
                    "Say what this one is called there: " + AS + "; or see to its agent."));
        }
        return Optional.of(host.map(h -> h.published().inventory().devices()).orElse(List.of()));
    }

    private static void table(Terminal terminal, List<Drift> drifts, List<Finding> findings) {
        if (drifts.isEmpty()) {
            terminal.out().println("No mediated device is defined, active or published.");
        } else {
            Table table = new Table("DEVICE", "DEFINED", "ACTIVE", "PUBLISHED", "DIFFERS");
            for (Drift drift : drifts) {
                Definition defined = drift.definedOrNull();
                table.row(
                        drift.device(),
                        defined == null
                                ? "no"
                                : defined.type() + ", " + defined.start().word(),
                        type(drift.activeOrNull()),
                        type(drift.publishedOrNull()),
                        String.join(" ", drift.texts()));
            }
            table.print(terminal);
        }
        FindingList.print(terminal, findings);
    }

    private static String type(@Nullable HostDevice device) {
        return device == null ? "no" : device.type().orElse("yes");
    }

    private static ObjectNode json(String name, List<Drift> drifts, List<Finding> findings) {
        ObjectNode document = Json.document("fleet").put("host_name", name);
        ArrayNode devices = document.putArray("devices");
        for (Drift drift : drifts) {
            ArrayNode differs = devices.addObject()
                    .put("device", drift.device())
                    .put("defined", drift.definedOrNull() != null)
                    .put("active", drift.activeOrNull() != null)
                    .put("published", drift.publishedOrNull() != null)
                    .putArray("differs");
            drift.texts().forEach(differs::add);
        }
        Json.findings(document.putArray("findings"), findings);
        return document;
    }
}
