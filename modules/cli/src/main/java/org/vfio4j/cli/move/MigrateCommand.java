/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.move;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.ask.SnapshotCommand;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FindingList;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Numbers;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.fleet.Claiming;
import org.vfio4j.cli.fleet.InventoryOption;
import org.vfio4j.cli.plan.MoveOptions;
import org.vfio4j.cli.source.RunningSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.migrate.Move;
import org.vfio4j.management.preflight.DeviceMapping;
import org.vfio4j.management.preflight.Preflight;
import org.vfio4j.management.preflight.PreflightOptions;
import org.vfio4j.management.preflight.Report;
import org.vfio4j.management.preflight.Traffic;
import org.vfio4j.management.preflight.VersionRules;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.mdev.Uuids;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio migrate}. */
public final class MigrateCommand implements Command {
    private static final String TO = "--to";
    private static final String BANDWIDTH = "--bandwidth";
    private static final String DOWNTIME = "--downtime-limit";
    private static final String ACCEPT = "--accept-unknown";
    private static final String STOP_COPY = "--stop-copy";
    private static final String EVENTS = "--events";
    private static final String LIST = "--list";
    private static final String DECIDE = "--decide";
    private static final String THERE = "there";

    @Override
    public String name() {
        return "migrate";
    }

    @Override
    public String summary() {
        return "Moves a device, or a machine with its devices, to another host";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio migrate",
                        "vfio migrate UUID --to HOST [--map SRC=DST] [--bandwidth MB/S]%n"
                                + "                    [--downtime-limit MS] [--stop-copy] [--accept-unknown]%n"
                                + "                    [--events] [--inventory WHERE] [--name NAME]%n"
                                + "                    [--run-dir DIR] [-o FORM]%n"
                                + "       vfio migrate --list [--run-dir DIR] [-o FORM]%n"
                                + "       vfio migrate UUID --decide here|there [--run-dir DIR]%n"
                                + WithVm.SYNOPSIS,
                        "Moves a mediated device of the running user-space host to another one: checks as vfio preflight"
                                + " does, makes the device there, sends its state while it runs, stops it, sends the rest,"
                                + " lets it run there and removes it here; its definition goes along. Whatever fails, one of"
                                + " the two has it. A device that somebody uses is not moved away under him. Ctrl-C leaves"
                                + " it here.",
                        "",
                        "With an inventory, it takes no place there that others have reserved: it is claimed first, or"
                                + " the reservation of its UUID there is what it is made for.",
                        "",
                        WithVm.DESCRIPTION)
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("UUID")
                        .arity("0..1")
                        .type(String.class)
                        .description("the device's name")
                        .build())
                .addOption(Options.value("HOST", "", TO)
                        .description(
                                "ADDR[:PORT] of a vfio serve --migrate-listen, by TLS",
                                "DIR: the run folder of another one on this machine, with a slash in it")
                        .build())
                .addOption(Options.value("MB/S", "send no more; else all that goes", BANDWIDTH)
                        .build())
                .addOption(Options.value("MS", "how long it may stand still; 300 if not said", DOWNTIME)
                        .build())
                .addOption(Options.flag("send nothing ahead: stop it at once, for however long", STOP_COPY)
                        .build())
                .addOption(Options.flag("what preflight does not know is only a warning", ACCEPT)
                        .build())
                .addOption(Options.flag("print how far it is as JSON, a line each time", EVENTS)
                        .build())
                .addOption(Options.flag("show the moves that are on their way, in doubt, or ended", LIST)
                        .build())
                .addOption(
                        Options.value("SIDE", "who has a device in doubt, if the other host is gone for good", DECIDE)
                                .completionCandidates(List.of("here", THERE))
                                .build())
                .addOption(MoveOptions.map())
                .addOption(InventoryOption.spec())
                .addOption(
                        Options.value("NAME", "what the destination is called there; else its host name", Claiming.AS)
                                .build())
                .addOption(FolderOptions.run())
                .addOption(OutputOption.spec());
        WithVm.addTo(spec);
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio migrate 1f0f2d6a-0000-4000-8000-0000000000aa --to node8",
                                "vfio migrate 1f0f2d6a-0000-4000-8000-0000000000aa --to /run/other",
                                "vfio migrate --with-vm --qmp unix:/run/a.qmp --to-qmp unix:/run/b.qmp \\",
                                "    --to /run/other --vm-uri unix:/run/ab.migration"),
                        "0  it is there",
                        "1  it is still here: something blocks, or it was cancelled",
                        "2  the command line was wrong",
                        "3  not possible here: no running host, the other is not reached"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        if (WithVm.isWanted(line)) {
            return WithVm.run(line, world);
        }
        OutputOption.Form form = OutputOption.of(line);
        boolean isList = line.hasMatchedOption(LIST);
        String device = line.matchedPositionalValue(0, "");
        if (!isList && (device.isEmpty() || line.hasMatchedOption(TO) == line.hasMatchedOption(DECIDE))) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "migrate needs the device's UUID and --to HOST (or --decide, or --list)",
                    "See vfio migrate --help.");
        }
        try (RunningHost host = FolderOptions.require(line, world)) {
            if (isList) {
                return list(host, form, world.terminal());
            }
            return line.hasMatchedOption(DECIDE)
                    ? decide(host, device, line.matchedOptionValue(DECIDE, ""))
                    : migrate(host, device, line, world, form);
        }
    }

    private static int decide(RunningHost host, String device, String side) {
        if (!List.of("here", THERE).contains(side)) {
            throw new CommandException(ExitCode.USAGE, "--decide is here or there, not " + side, "");
        }
        host.tell(
                "migrate-decide", RunningHost.arguments().put("device", device).put(THERE, side.equals(THERE)));
        return ExitCode.OK;
    }

    private static int list(RunningHost host, OutputOption.Form form, Terminal terminal) {
        List<Move> moves = host.moves();
        form.print(
                terminal,
                () -> {
                    ObjectNode document = Json.document("user");
                    ArrayNode all = document.putArray("moves");
                    moves.forEach(move -> all.add(move.json()));
                    return document;
                },
                () -> {
                    Table table = new Table("DEVICE", "TO", "PHASE", "SENT");
                    moves.forEach(move ->
                            table.row(move.device(), move.to(), move.phase().word(), MoveText.size(move.bytes())));
                    table.print(terminal);
                    moves.forEach(move -> MoveText.problem(terminal, move));
                });
        return ExitCode.OK;
    }

    private static int migrate(RunningHost host, String device, ParseResult line, World world, OutputOption.Form form) {
        refuseIfUsed(host, device);
        String becomes = becomes(line, device);
        String to = peer(line.matchedOptionValue(TO, ""));
        ObjectNode wanted = RunningHost.arguments().put("device", device).put("to", to);
        Numbers.put(wanted, "bandwidth", line, BANDWIDTH);
        Numbers.put(wanted, "downtime_limit", line, DOWNTIME);
        wanted.put("stop_copy", line.hasMatchedOption(STOP_COPY));
        Snapshot source = SnapshotCommand.take(new RunningSource(host), List.of(), world);
        Snapshot destination = host.destination(to);
        PreflightOptions options = new PreflightOptions(
                line.hasMatchedOption(ACCEPT),
                Map.of(device, becomes),
                null,
                VersionRules.builtIn(),
                null,
                Traffic.unknown());
        Report report =
                Preflight.builtIn().check(source, destination, List.of(device), Preflight.withoutMachine(), options);
        Terminal terminal = world.terminal();
        if (form == OutputOption.Form.TABLE && !line.hasMatchedOption(EVENTS)) {
            terminal.out().println("Preflight: " + (report.isBlocked() ? "blocked." : "nothing stands in the way."));
            FindingList.print(terminal, report.findings());
            terminal.out().flush();
        }
        if (report.isBlocked()) {
            form.print(terminal, () -> document(source, destination, report, null), () -> {});
            return ExitCode.FINDINGS;
        }
        DeviceMapping place = place(report, destination.hostName());
        wanted.put("as", place.destination());
        Move end = move(host, wanted, place, destination.hostName(), line, world);
        if (!line.hasMatchedOption(EVENTS)) {
            form.print(
                    terminal,
                    () -> document(source, destination, report, end).put("becomes", place.destination()),
                    () -> MoveText.end(terminal, end, destination.hostName(), place.destination()));
        }
        return code(end);
    }

    private static Move move(
            RunningHost host,
            ObjectNode wanted,
            DeviceMapping place,
            String destination,
            ParseResult line,
            World world) {
        String parent = Objects.requireNonNull(place.parentOrNull());
        String type = Objects.requireNonNull(place.typeOrNull());
        UUID id = UUID.fromString(place.destination());
        try (Claiming claiming = Claiming.at(line, world, destination, id, parent, type)) {
            Terminal terminal = world.terminal();
            Move begun = host.migrate(wanted.put("parent", claiming.parent(parent)));
            Move end = line.hasMatchedOption(EVENTS)
                    ? Watch.byEvents(terminal, host, begun)
                    : Watch.onALine(terminal, host, begun);
            if (end.phase() == Move.Phase.MOVED || !end.phase().isEnd()) {
                claiming.done();
            }
            return end;
        }
    }

    /** The device's name there. */
    private static String becomes(ParseResult line, String device) {
        Map<String, String> wanted = MoveOptions.wanted(line);
        String becomes = wanted.getOrDefault(device, device);
        if (!wanted.isEmpty() && !wanted.keySet().equals(Set.of(device))) {
            throw new CommandException(
                    ExitCode.USAGE,
                    MoveOptions.MAP + " names another device than " + device,
                    "See vfio migrate --help.");
        }
        try {
            return Uuids.parse(becomes).toString();
        } catch (VfioException e) {
            throw new CommandException(
                    ExitCode.USAGE, "what a device is called there is a UUID, not " + becomes, "uuidgen makes one.");
        }
    }

    /** Where preflight says that it can be made. One that is there already is not taken: it may be somebody's. */
    private static DeviceMapping place(Report report, String host) {
        DeviceMapping place = report.devices().getFirst();
        if (!place.isToBeMade()) {
            throw new CommandException(
                    ExitCode.FINDINGS,
                    host + " has a device " + place.destination() + " already, and what moves there is made anew",
                    "Name another with " + MoveOptions.MAP + " " + place.source()
                            + "=NEW, or remove that one there: vfio stop " + place.destination() + ".");
        }
        return place;
    }

    /** A path is meant from here, and the running host may be elsewhere. */
    private static String peer(String to) {
        try {
            return to.contains("/") ? Path.of(to).toAbsolutePath().normalize().toString() : to;
        } catch (InvalidPathException e) {
            throw new CommandException(ExitCode.USAGE, "no folder can be called " + to, "");
        }
    }

    private static void refuseIfUsed(RunningHost host, String device) {
        HostDevice found = host.find(device)
                .orElseThrow(() -> new RefusedException(
                        Errno.ENODEV,
                        "there is no active device " + device,
                        "vfio list --host user shows what is active."));
        if (found.usage().isInUse()) {
            throw new CommandException(
                    ExitCode.FINDINGS,
                    device + " is in use"
                            + found.socket()
                                    .map(s -> " (it is served on " + s + ")")
                                    .orElse("")
                            + ", and a device is not moved away under its user",
                    "Move it with its machine: vfio migrate --with-vm. Or detach it from the machine first."
                            + " vfio migrate --list shows whether it is on its way already.");
        }
    }

    private static ObjectNode document(Snapshot source, Snapshot destination, Report report, @Nullable Move end) {
        ObjectNode document = Json.document(source.host());
        document.put("from", source.hostName())
                .put("to", destination.hostName())
                .put("blocked", report.isBlocked());
        Json.findings(document.putArray("findings"), report.findings());
        if (end != null) {
            document.set("move", end.json());
        }
        return document;
    }

    private static int code(Move end) {
        if (end.phase() == Move.Phase.MOVED) {
            return ExitCode.OK;
        }
        Move.Problem problem = end.problem();
        boolean unreachable = problem != null
                && List.of(Errno.EHOSTUNREACH, Errno.ECONNREFUSED).contains(problem.errno());
        return unreachable ? ExitCode.ENVIRONMENT : ExitCode.FINDINGS;
    }
}
