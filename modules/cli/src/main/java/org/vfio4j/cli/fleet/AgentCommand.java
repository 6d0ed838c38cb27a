/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.Ending;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Numbers;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.fleet.agent.Agent;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.fleet.inventory.HostNames;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio agent}. */
public final class AgentCommand implements Command {
    private static final String AS = "--name";
    private static final String TTL = "--ttl";
    private static final String POLL = "--every";
    private static final int DEFAULT_TTL = 15;
    private static final int DEFAULT_POLL = 2;

    @Override
    public String name() {
        return "agent";
    }

    @Override
    public String summary() {
        return "Publishes this host in an inventory, and what changes of it";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio agent",
                        "vfio agent [--inventory WHERE] [--name NAME] [--ttl S] [--every S]%n"
                                + "                  [--host HOST] [--run-dir DIR]",
                        "Publishes what this host has and what its devices answer, until SIGINT (Ctrl-C) or SIGTERM,"
                                + " and what changes of it as it changes. A host whose agent died disappears within its"
                                + " time to live. See vfio fleet for what can be asked then.",
                        "",
                        "A device that nobody uses is opened once to be asked, one of a type; never one that has just"
                                + " come.")
                .addOption(InventoryOption.spec())
                .addOption(Options.value("NAME", "what the host is called; else its host name", AS)
                        .build())
                .addOption(Options.value("S", "how long it stays without its agent; else " + DEFAULT_TTL, TTL)
                        .build())
                .addOption(Options.value("S", "look so often even if nothing was heard; else " + DEFAULT_POLL, POLL)
                        .build())
                .addOption(HostOption.spec())
                .addOption(FolderOptions.run());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio agent --inventory etcds://etcd1:2379,etcd2:2379,etcd3:2379",
                                "vfio agent --inventory /srv/fleet --name node7"),
                        "0  it ran and was ended",
                        "2  the command line was wrong",
                        "3  not possible here: no VFIO, no inventory"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        Duration ttl = Duration.ofSeconds(Math.max(3, Numbers.of(line, TTL, DEFAULT_TTL)));
        Duration poll = Duration.ofSeconds(Math.max(1, Numbers.of(line, POLL, DEFAULT_POLL)));
        Terminal terminal = world.terminal();
        AtomicBoolean goesOn = new AtomicBoolean(true);
        try (Ending ending = new Ending();
                AgentHost host = new AgentHost(line, world);
                AgentChanges changes = new AgentChanges(() -> FolderOptions.running(line, world));
                FleetInventory inventory = InventoryOption.open(line, world, ttl.dividedBy(3))) {
            String name =
                    HostNames.require(line.matchedOptionValue(AS, host.machine().hostName()));
            try (FleetInventory.Publication publication = inventory.publish(name, ttl)) {
                Agent.Settings settings = new Agent.Settings(ttl, poll, world.clock());
                Agent agent = new Agent(name, host, publication, changes, settings, text -> say(terminal, text));
                ending.listen();
                Thread.ofPlatform().daemon().name("end of the agent").start(() -> {
                    ending.await();
                    goesOn.set(false);
                    changes.end();
                });
                say(terminal, "Publishing " + name + ". Ctrl-C ends it.");
                agent.run(goesOn::get);
            }
        }
        return ExitCode.OK;
    }

    private static void say(Terminal terminal, String text) {
        terminal.out().println(Terminal.printable(text));
        terminal.out().flush();
    }
}
