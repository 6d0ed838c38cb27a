/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.snapshot.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vfio types}. */
@Command(
        name = "types",
        mixinStandardHelpOptions = true,
        description = "Shows which mediated devices can be made, on which parent, and how many more of each.")
final class TypesCommand implements Callable<Integer> {
    @Mixin
    private HostOption host = new HostOption();

    @Mixin
    private OutputOption output = new OutputOption();

    @Option(
            names = {"-p", "--parent"},
            paramLabel = "PARENT",
            description = "Only this parent's types.")
    private String parent = "";

    private final Terminal terminal;

    TypesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Source source = host.open()) {
            BareHost.refuse(source);
            List<MdevParent> parents = source.inventory().parents().stream()
                    .filter(p -> parent.isEmpty() || p.name().equals(parent))
                    .toList();
            if (!parent.isEmpty() && parents.isEmpty()) {
                throw new CommandException(
                        ExitCode.ENVIRONMENT,
                        "there is no parent " + parent,
                        "vfio types shows all that this host has.");
            }
            output.print(terminal, () -> Json.types(source.kind(), parents), () -> table(parents));
            return ExitCode.OK;
        }
    }

    private void table(List<MdevParent> parents) {
        if (parents.isEmpty()) {
            terminal.out().println("No driver on this host offers mediated devices.");
            return;
        }
        Table table = new Table("PARENT", "TYPE", "AVAILABLE", "NAME", "DESCRIPTION");
        for (MdevParent p : parents) {
            for (MdevParent.Type type : p.types()) {
                table.row(
                        p.name(),
                        type.id(),
                        type.available().map(String::valueOf).orElse("?"),
                        type.name().orElse(""),
                        type.description().orElse(""));
            }
        }
        table.print(terminal);
    }
}
