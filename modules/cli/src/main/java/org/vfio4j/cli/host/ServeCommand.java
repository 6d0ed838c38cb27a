/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import java.nio.file.Path;
import java.time.ZoneId;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.Ending;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FindingList;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.Progress;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.Version;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.show.VncOptions;
import org.vfio4j.console.display.HostDisplays;
import org.vfio4j.management.control.ControlServer;
import org.vfio4j.management.control.DeviceSockets;
import org.vfio4j.management.control.Folders;
import org.vfio4j.management.control.HostCommands;
import org.vfio4j.management.control.MigrateListener;
import org.vfio4j.management.control.PeerConnector;
import org.vfio4j.management.control.RunLock;
import org.vfio4j.management.control.TlsIdentity;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.definition.Definitions;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.migrate.Migrations;
import org.vfio4j.vfio.mdev.MdevDriver;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio serve}. */
public final class ServeCommand implements Command {
    private static final String SYSFS = "--sysfs";
    private static final String DRIVER = "--driver";
    private static final String PROFILE = "--profile";
    private static final String VNC = "--vnc";
    private static final String LISTEN = "--migrate-listen";
    private static final String TLS = "--tls-dir";
    private static final String PEER = "--migrate-peer";

    @Override
    public String name() {
        return "serve";
    }

    @Override
    public String summary() {
        return "Runs a user-space host with the sample devices' parents";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio serve",
                        "vfio serve [--sysfs DIR] [--driver NAME]... [--profile FILE]...%n"
                                + "                  [--console [ADDR] [--inventory WHERE]] [--vnc ADDR[:PORT]]%n"
                                + "                  [--password-file FILE]%n"
                                + "                  [--poll] [--tls-dir DIR [--migrate-listen ADDR[:PORT]]%n"
                                + "                  [--migrate-peer NAME]...] [--run-dir DIR] [--state-dir DIR]",
                        "Runs a user-space host in the foreground, until SIGINT (Ctrl-C), SIGTERM or the control"
                                + " socket's shutdown. It has the parents of the sample devices, and the devices that are"
                                + " defined to start by themselves. The other commands find it by themselves. Each device"
                                + " has a vfio-user socket, devices/NAME.sock in the run folder, for QEMU's"
                                + " vfio-user-pci.",
                        "",
                        "Needs no root, no VFIO and no GPU. The sockets are for the same user and root only.")
                .addOption(Options.value("DIR", "show the host's sysfs there, by FUSE, for vfio run", SYSFS)
                        .build())
                .addOption(OptionSpec.builder(DRIVER)
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel("NAME")
                        .description("also a vendor's driver that is there only on request")
                        .completionCandidates(RequestedDrivers.names())
                        .build())
                .addOption(OptionSpec.builder(PROFILE)
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel("FILE")
                        .description("also the parents that this profile describes: profiles/nvidia-grid.json, ...")
                        .build())
                .addOption(ConsoleOption.spec())
                .addOption(ConsoleOption.inventory())
                .addOption(VncOptions.address(
                        VNC,
                        "show the devices' displays to VNC viewers there, each on the first port that is free from"
                                + " 5900 or PORT on; devices/NAME.vnc says which"))
                .addOption(VncOptions.passwordFile())
                .addOption(PollOption.spec())
                .addOption(Options.value("DIR", "this host's certificates, for vfio migrate with other machines", TLS)
                        .build())
                .addOption(Options.value("ADDR", "take devices of other machines there; port 16590 if not said", LISTEN)
                        .build())
                .addOption(OptionSpec.builder(PEER)
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel("NAME")
                        .description("only of hosts whose certificate has this name")
                        .build())
                .addOption(FolderOptions.run())
                .addOption(FolderOptions.state());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio serve &",
                                "vfio start -p mdpy -t mdpy-xga",
                                "vfio probe --host user --compare",
                                "vfio serve --console 7650  # a page with all of it, and what guests draw",
                                "vfio serve --console --inventory etcd://etcd1:2379  # and many hosts",
                                "vfio serve --sysfs /run/vfio4j/sys &  # then: vfio run -- mdevctl types"),
                        "0  it ran and was ended",
                        "2  the command line was wrong",
                        "3  not possible here: one runs already, a folder cannot be used"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        Folders folders = FolderOptions.of(line, world);
        // What logs formats times: their zones are read now, not when no descriptor is left to read them by.
        ZoneRules _ = ZoneId.systemDefault().getRules();
        try (Ending ending = new Ending()) {
            serve(line, world, folders, ending);
        }
        return ExitCode.OK;
    }

    private static void serve(ParseResult line, World world, Folders folders, Ending ending) {
        try (RunLock _ = RunLock.take(folders);
                UserHost host = UserHost.installed(drivers(line));
                ShownSysfs sysfs = ShownSysfs.of(host, line.matchedOptionValue(SYSFS, ""));
                DeviceSockets sockets =
                        DeviceSockets.open(host, folders.devices(), line.hasMatchedOption(PollOption.NAME));
                HostDisplays displays = new HostDisplays(host.core());
                ShownDisplays viewers =
                        ShownDisplays.of(host, displays, folders, line.matchedOptionValue(VNC, ""), line)) {
            Definitions definitions = new Definitions(folders.definitions());
            definitions.prepare();
            DefinedHost defined = start(host, definitions, world.terminal());
            Optional<TlsIdentity> identity = identity(line);
            try (Migrations migrations = Migrations.open(
                            defined,
                            folders.migrations(),
                            new PeerConnector(identity.orElse(null)),
                            Version.number(),
                            world.clock());
                    MigrateListener _ = listener(line, identity, migrations)) {
                List<Finding> findings = new ArrayList<>(migrations.findings());
                HostCommands commands =
                        new HostCommands(defined, Version.number(), sysfs.pathOrNull(), migrations, ending::now);
                ending.listen();
                try (ConsoleOption.Served console = ConsoleOption.open(line, world, folders, host, displays, commands);
                        ControlServer _ = ControlServer.listen(folders.socket(), commands)) {
                    Inventory inventory = host.inventory();
                    findings.addAll(inventory.findings());
                    findings.addAll(sockets.findings());
                    findings.addAll(viewers.findings());
                    say(world.terminal(), folders, sysfs, inventory);
                    viewers.say(world.terminal());
                    console.say(world.terminal());
                    ready(world.terminal(), findings);
                    ending.await();
                }
            }
        }
    }

    /** With the devices that start by themselves, of which there may be thousands. */
    private static DefinedHost start(UserHost host, Definitions definitions, Terminal terminal) {
        try (Progress _ = Progress.of(terminal, "Starting the devices that are defined to start with the host")) {
            return new DefinedHost(host, definitions);
        }
    }

    private static Optional<TlsIdentity> identity(ParseResult line) {
        String folder = line.matchedOptionValue(TLS, "");
        if (folder.isEmpty() && (line.hasMatchedOption(LISTEN) || line.hasMatchedOption(PEER))) {
            throw new CommandException(
                    ExitCode.USAGE,
                    LISTEN + " and " + PEER + " need " + TLS,
                    "docs/migration.md says which files there have to be and how to make them.");
        }
        return folder.isEmpty() ? Optional.empty() : Optional.of(TlsIdentity.in(Path.of(folder)));
    }

    private static @Nullable MigrateListener listener(
            ParseResult line, Optional<TlsIdentity> identity, Migrations migrations) {
        if (identity.isEmpty() || !line.hasMatchedOption(LISTEN)) {
            return null;
        }
        List<String> names = line.matchedOptionValue(PEER, List.of());
        return MigrateListener.listen(
                line.matchedOptionValue(LISTEN, ""), identity.get(), Set.copyOf(names), migrations::serve);
    }

    private static List<MdevDriver> drivers(ParseResult line) {
        List<MdevDriver> drivers = new ArrayList<>(RequestedDrivers.of(line.matchedOptionValue(DRIVER, List.of())));
        drivers.addAll(ProfileFiles.of(line.matchedOptionValue(PROFILE, List.of())));
        return drivers;
    }

    private static void say(Terminal terminal, Folders folders, ShownSysfs sysfs, Inventory inventory) {
        terminal.out()
                .println("A user-space host: parents "
                        + String.join(
                                ", ",
                                inventory.parents().stream().map(p -> p.name()).toList())
                        + "; devices: " + inventory.devices().size() + ".");
        terminal.entry("control", folders.socket().toString());
        terminal.entry("devices", folders.devices() + "/NAME.sock, by vfio-user");
        terminal.entry("state", folders.definitions().toString());
        if (sysfs.pathOrNull() != null) {
            terminal.entry(
                    "sysfs", sysfs.pathOrNull() + " (vfio run -- COMMAND runs a command that takes it for /sys)");
        }
    }

    private static void ready(Terminal terminal, List<Finding> findings) {
        terminal.entry("next", "vfio types --host user; vfio start -p PARENT -t TYPE; vfio probe --host user");
        FindingList.print(terminal, findings);
        terminal.out().println("Ready. Ctrl-C ends it.");
        terminal.out().flush();
    }
}
