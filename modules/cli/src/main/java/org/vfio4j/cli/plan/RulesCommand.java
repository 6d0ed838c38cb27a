/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.plan;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.management.plan.Planner;
import org.vfio4j.management.preflight.Preflight;
import org.vfio4j.management.rule.Condition;
import org.vfio4j.management.rule.Rule;
import org.vfio4j.management.rule.RuleBook;
import org.vfio4j.management.rule.Version;
import org.vfio4j.management.vm.VmMove;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio rules}. */
public final class RulesCommand implements Command {
    /** A rule, and the command whose findings it makes. */
    private record Known(String of, Rule rule) {}

    /** In the order in which they are shown. */
    private static List<Known> all() {
        List<Known> all = new ArrayList<>();
        add(all, "plan", Planner.rules());
        add(all, "preflight", Preflight.rules());
        add(all, "migrate --with-vm", VmMove.rules());
        return all;
    }

    private static void add(List<Known> all, String of, RuleBook book) {
        book.rules().forEach(rule -> all.add(new Known(of, rule)));
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
                        "vfio rules [ID] [-o FORM]",
                        "Lists the rules that findings come from, or tells all about one: when it applies, what it"
                                + " says, what to do, and where it is known from.")
                .addOption(OutputOption.spec())
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("ID")
                        .arity("0..1")
                        .type(String.class)
                        .description("of a rule, as findings have it in brackets")
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
        OutputOption.Form form = OutputOption.of(line);
        String id = line.matchedPositionalValue(0, "");
        List<Known> rules = all().stream()
                .filter(known -> id.isEmpty() || known.rule().id().equals(id))
                .toList();
        if (rules.isEmpty()) {
            throw new CommandException(ExitCode.USAGE, "there is no rule " + id, "vfio rules lists those there are.");
        }
        form.print(
                world.terminal(),
                () -> document(rules),
                id.isEmpty() ? () -> table(world.terminal(), rules) : () -> tell(world.terminal(), rules));
        return ExitCode.OK;
    }

    private static void table(Terminal terminal, List<Known> rules) {
        Table table = new Table("RULE", "OF", "SEVERITY", "APPLIES");
        rules.forEach(known -> table.row(
                known.rule().id(),
                known.of(),
                known.rule().severity().word(),
                known.rule().applies()));
        table.print(terminal);
    }

    private static void tell(Terminal terminal, List<Known> rules) {
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i).rule();
            if (i > 0) {
                terminal.out().println();
            }
            terminal.out()
                    .println(rule.id() + " (" + rules.get(i).of() + ", "
                            + rule.severity().word() + ", " + rule.applies() + ")");
            terminal.entry("when", String.join("; ", conditions(rule)));
            terminal.entry("says", rule.text());
            if (!rule.remedy().isEmpty()) {
                terminal.entry("to do", rule.remedy());
            }
            terminal.entry("source", rule.source());
        }
    }

    private static List<String> conditions(Rule rule) {
        return rule.when().stream().map(Condition::toString).toList();
    }

    private static ObjectNode document(List<Known> rules) {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("schema", 1);
        ArrayNode all = document.putArray("rules");
        for (Known known : rules) {
            Rule rule = known.rule();
            ObjectNode node = all.addObject()
                    .put("id", rule.id())
                    .put("of", known.of())
                    .put("severity", rule.severity().word())
                    .put("component", rule.componentOrNull())
                    .put("from", text(rule.fromOrNull()))
                    .put("to", text(rule.toOrNull()));
            ArrayNode when = node.putArray("when");
            conditions(rule).forEach(when::add);
            ObjectNode sets = node.putObject("sets");
            rule.sets().forEach(sets::put);
            node.put("text", rule.text()).put("remedy", rule.remedy()).put("source", rule.source());
        }
        return document;
    }

    private static @Nullable String text(@Nullable Version version) {
        return version == null ? null : version.toString();
    }
}
