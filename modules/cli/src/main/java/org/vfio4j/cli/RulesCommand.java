/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.List;
import org.vfio4j.management.plan.Planner;
import org.vfio4j.management.preflight.Preflight;
import org.vfio4j.management.rule.Condition;
import org.vfio4j.management.rule.Rule;
import org.vfio4j.management.rule.RuleBook;
import org.vfio4j.management.vm.VmMove;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio rules}. */
final class RulesCommand implements Command {
    /** In the order in which they are shown. */
    private static List<RuleBook> books() {
        return List.of(Planner.rules(), Preflight.rules(), VmMove.rules());
    }

    @Override
    public String name() {
        return "rules";
    }

    @Override
    public String summary() {
        return "The rules that findings come from";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio rules",
                        "vfio rules [ID]",
                        "Lists the rules that findings come from, or tells all about one: when it applies, what it"
                                + " says, what to do, and where it is known from.")
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("ID")
                        .arity("0..1")
                        .type(String.class)
                        .description("of one rule, as findings have it in brackets")
                        .build());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio rules vfio-user-state-lost"),
                        "0  fine",
                        "2  the command line was wrong, or there is no such rule"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        String id = line.matchedPositionalValue(0, "");
        List<Rule> rules =
                books().stream().flatMap(book -> book.rules().stream()).toList();
        if (id.isEmpty()) {
            Table table = new Table("RULE", "SEVERITY", "APPLIES");
            rules.forEach(rule -> table.row(rule.id(), rule.severity().word(), rule.applies()));
            table.print(world.terminal());
            return ExitCode.OK;
        }
        Rule rule = rules.stream()
                .filter(r -> r.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        ExitCode.USAGE, "there is no rule " + id, "vfio rules lists those there are."));
        world.terminal().out().println(rule.id() + " (" + rule.severity().word() + ", " + rule.applies() + ")");
        world.terminal()
                .entry(
                        "when",
                        String.join(
                                "; ",
                                rule.when().stream().map(Condition::toString).toList()));
        world.terminal().entry("says", rule.text());
        if (!rule.remedy().isEmpty()) {
            world.terminal().entry("to do", rule.remedy());
        }
        world.terminal().entry("source", rule.source());
        return ExitCode.OK;
    }
}
