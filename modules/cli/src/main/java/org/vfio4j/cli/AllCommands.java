/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.List;
import org.vfio4j.cli.ask.DemoCommand;
import org.vfio4j.cli.ask.ListCommand;
import org.vfio4j.cli.ask.ProbeCommand;
import org.vfio4j.cli.ask.SnapshotCommand;
import org.vfio4j.cli.ask.TypesCommand;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.fleet.AgentCommand;
import org.vfio4j.cli.fleet.FleetCommand;
import org.vfio4j.cli.host.DefineCommand;
import org.vfio4j.cli.host.ModifyCommand;
import org.vfio4j.cli.host.RunCommand;
import org.vfio4j.cli.host.ServeCommand;
import org.vfio4j.cli.host.ServeDeviceCommand;
import org.vfio4j.cli.host.StartCommand;
import org.vfio4j.cli.host.StopCommand;
import org.vfio4j.cli.host.UndefineCommand;
import org.vfio4j.cli.move.MigrateCommand;
import org.vfio4j.cli.move.StateCommand;
import org.vfio4j.cli.move.TlsCommand;
import org.vfio4j.cli.plan.ExplainCommand;
import org.vfio4j.cli.plan.PlanCommand;
import org.vfio4j.cli.plan.PreflightCommand;
import org.vfio4j.cli.plan.RulesCommand;
import org.vfio4j.cli.show.DisplayCommand;
import org.vfio4j.cli.show.EdidCommand;
import org.vfio4j.cli.show.ScreenshotCommand;
import org.vfio4j.cli.show.VncCommand;

/** All commands, by what people want of them, in the order that {@code vfio --help} shows. */
final class AllCommands {
    /**
     * Commands with something in common.
     *
     * @param title what they are for, in a word or two
     */
    record Section(String title, List<Command> commands) {}

    private AllCommands() {}

    static List<Section> sections() {
        return List.of(
                new Section(
                        "Ask",
                        List.of(
                                new DemoCommand(),
                                new TypesCommand(),
                                new ListCommand(),
                                new ProbeCommand(),
                                new SnapshotCommand())),
                new Section(
                        "See",
                        List.of(new DisplayCommand(), new ScreenshotCommand(), new EdidCommand(), new VncCommand())),
                new Section(
                        "Plan",
                        List.of(new PlanCommand(), new PreflightCommand(), new RulesCommand(), new ExplainCommand())),
                new Section("Move", List.of(new MigrateCommand(), new StateCommand(), new TlsCommand())),
                new Section(
                        "Serve",
                        List.of(
                                new ServeCommand(),
                                new ServeDeviceCommand(),
                                new StartCommand(),
                                new StopCommand(),
                                new DefineCommand(),
                                new UndefineCommand(),
                                new ModifyCommand(),
                                new RunCommand())),
                new Section("Many hosts", List.of(new AgentCommand(), new FleetCommand())),
                new Section("vfio itself", List.of(new ConfigCommand())));
    }

    static List<Command> inOrder() {
        return sections().stream()
                .flatMap(section -> section.commands().stream())
                .toList();
    }
}
