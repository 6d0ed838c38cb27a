/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.util.ArrayList;
import java.util.List;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.question.Fit;
import org.vfio4j.fleet.question.FleetQuestions;
import org.vfio4j.fleet.question.Matrix;
import org.vfio4j.fleet.question.Verdict;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio fleet matrix}. */
final class FleetMatrixCommand implements Command {
    @Override
    public String name() {
        return "matrix";
    }

    @Override
    public String summary() {
        return "from which host to which devices of a type can move";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = FleetOptions.addRules(Command.spec(
                        "vfio fleet matrix",
                        "vfio fleet matrix [TYPE] [--qemu VERSION] [--rules FILE]%n"
                                + "                         [--accept-unknown] [--inventory WHERE] [-o FORM]",
                        "Tells for every pair of hosts whether a device of a type can move from one to the other,"
                                + " capacity left aside. Hosts that are alike in all that counts are one row.")
                .addPositional(FleetOptions.optional("TYPE", "one type; else all")));
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio fleet matrix nvidia-18", "vfio fleet matrix -o json | jq '.types[].pairs'"),
                        "0  every pair is fine",
                        "1  some are not",
                        "2  the command line was wrong",
                        "3  the inventory cannot be read, or no host has the type"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        FleetQuestions questions = FleetOptions.questions(line);
        Fleet fleet = FleetOptions.read(line, world);
        String type = line.matchedPositionalValue(0, "");
        if (!type.isEmpty() && !questions.isType(fleet, type)) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "no host of the inventory has the type " + type,
                    "There are: "
                            + String.join(
                                    ", ",
                                    questions.types(fleet).stream().limit(12).toList()) + ".");
        }
        List<String> types = type.isEmpty() ? List.copyOf(questions.types(fleet)) : List.of(type);
        List<Matrix> all = types.stream().map(t -> questions.matrix(fleet, t)).toList();
        form.print(world.terminal(), () -> json(fleet, all), () -> all.forEach(m -> table(world.terminal(), m)));
        boolean fine = all.stream()
                .allMatch(m ->
                        m.pairs().entrySet().stream().allMatch(e -> e.getKey() == Verdict.YES || e.getValue() == 0));
        return fine ? ExitCode.OK : ExitCode.FINDINGS;
    }

    private static void table(Terminal terminal, Matrix matrix) {
        terminal.out().println(matrix.type() + ":");
        int size = matrix.groups().size();
        List<String> headings = new ArrayList<>(List.of("FROM", "TO"));
        for (int i = 0; i < size; i++) {
            headings.add(letter(i));
        }
        Table table = new Table(headings.toArray(String[]::new));
        for (int i = 0; i < size; i++) {
            List<String> cells =
                    new ArrayList<>(List.of(letter(i), hosts(matrix.groups().get(i))));
            for (int j = 0; j < size; j++) {
                boolean alone = i == j && matrix.groups().get(i).size() == 1;
                cells.add(alone ? "-" : matrix.fit(i, j).verdict().word());
            }
            table.row(cells.toArray(String[]::new));
        }
        table.print(terminal);
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                Fit fit = matrix.fit(i, j);
                if (!fit.blockers().isEmpty()
                        && !(i == j && matrix.groups().get(i).size() == 1)) {
                    terminal.entry(letter(i) + " to " + letter(j), String.join(", ", fit.blockers()));
                }
            }
        }
        terminal.out().println();
    }

    /** A, B, … Z, AA. */
    private static String letter(int index) {
        String last = String.valueOf((char) ('A' + index % 26));
        return index < 26 ? last : letter(index / 26 - 1) + last;
    }

    private static String hosts(List<String> hosts) {
        return hosts.size() <= 3
                ? String.join(", ", hosts)
                : hosts.get(0) + ", " + hosts.get(1) + " and " + (hosts.size() - 2) + " more";
    }

    private static ObjectNode json(Fleet fleet, List<Matrix> matrices) {
        ObjectNode document = FleetOptions.document(fleet);
        ArrayNode types = document.putArray("types");
        for (Matrix matrix : matrices) {
            ObjectNode node = types.addObject().put("type", matrix.type());
            ObjectNode pairs = node.putObject("pairs");
            matrix.pairs().forEach((verdict, count) -> pairs.put(verdict.word(), count));
            ArrayNode groups = node.putArray("groups");
            matrix.groups().forEach(group -> {
                ArrayNode hosts = groups.addArray();
                group.forEach(hosts::add);
            });
            ArrayNode grid = node.putArray("fits");
            for (int i = 0; i < matrix.groups().size(); i++) {
                ArrayNode row = grid.addArray();
                for (int j = 0; j < matrix.groups().size(); j++) {
                    ObjectNode cell = row.addObject()
                            .put("fits", matrix.fit(i, j).verdict().word());
                    ArrayNode blockers = cell.putArray("blockers");
                    matrix.fit(i, j).blockers().forEach(blockers::add);
                }
            }
        }
        FleetOptions.findings(document, fleet);
        return document;
    }
}
