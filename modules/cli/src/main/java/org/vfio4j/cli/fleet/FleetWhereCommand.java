/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FindingList;
import org.vfio4j.cli.common.Numbers;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.plan.MoveOptions;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.question.AnswerJson;
import org.vfio4j.fleet.question.FleetQuestions;
import org.vfio4j.fleet.question.FleetQuestions.Located;
import org.vfio4j.fleet.question.Place;
import org.vfio4j.fleet.question.Places;
import org.vfio4j.fleet.question.Ranking;
import org.vfio4j.fleet.question.Verdict;
import org.vfio4j.management.host.Finding;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio fleet where}. */
final class FleetWhereCommand implements Command {
    private static final String SPREAD = "--spread";
    private static final String MOST = "--most";
    private static final int DEFAULT_MOST = 10;

    @Override
    public String name() {
        return "where";
    }

    @Override
    public String summary() {
        return "where a new device of a type, or one that is somewhere, fits";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = FleetOptions.addRules(Command.spec(
                                "vfio fleet where",
                                "vfio fleet where TYPE|DEVICE [--spread] [--most N] [--qemu VERSION]%n"
                                        + "                        [--rules FILE] [--accept-unknown]%n"
                                        + "                        [--inventory WHERE] [-o FORM]",
                                "Ranks the places for a new device of a type, or those to which a device can move with its"
                                        + " machine (one that nobody uses moves alone, by vfio migrate)."
                                        + " First come those where nothing has to be said, then those where no larger type"
                                        + " loses room, then those where least is left.")
                        .addPositional(FleetOptions.parameter(
                                "TYPE|DEVICE", "a type's id; or a device's name, also as HOST/NAME")))
                .addOption(
                        Options.flag("those first where most is left", SPREAD).build())
                .addOption(Options.value("N", "so many places; else " + DEFAULT_MOST, MOST)
                        .build());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio fleet where nvidia-18",
                                "vfio fleet where node7/1f0f2d6a-0000-4000-8000-000000000007 -o json"),
                        "0  there is a place",
                        "1  there is none",
                        "2  the command line was wrong",
                        "3  the inventory cannot be read, or nothing is called so"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        String what = FleetOptions.required(line, "type or device", "vfio fleet where");
        int most = Math.max(1, Numbers.of(line, MOST, DEFAULT_MOST));
        Ranking ranking = line.hasMatchedOption(SPREAD) ? Ranking.SPREAD : Ranking.PACK;
        FleetQuestions questions = FleetOptions.questions(line);
        Fleet fleet = FleetOptions.read(line, world);
        Optional<Located> device = device(fleet, questions, what);
        Places places = device.isPresent()
                ? questions.whereDevice(fleet, device.get(), ranking, most)
                : questions.whereType(fleet, what, ranking, most);
        form.print(
                world.terminal(),
                () -> json(fleet, what, places),
                () -> table(world.terminal(), fleet, what, device, places));
        return isPlace(line, places) ? ExitCode.OK : ExitCode.FINDINGS;
    }

    private static boolean isPlace(ParseResult line, Places places) {
        Verdict least = line.hasMatchedOption(MoveOptions.ACCEPT) ? Verdict.UNKNOWN : Verdict.YES;
        return places.places().stream().anyMatch(p -> p.fit().verdict().compareTo(least) <= 0);
    }

    /** Empty for a type. */
    private static Optional<Located> device(Fleet fleet, FleetQuestions questions, String what) {
        if (questions.isType(fleet, what)) {
            return Optional.empty();
        }
        List<Located> found = FleetQuestions.find(fleet, what);
        if (found.isEmpty()) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "no host of the inventory has a type or a device that is called " + what,
                    "vfio fleet list shows the types; those there are: "
                            + String.join(
                                    ", ",
                                    questions.types(fleet).stream().limit(12).toList()) + ".");
        }
        if (found.size() > 1) {
            throw new CommandException(
                    ExitCode.USAGE,
                    found.size() + " hosts have a device " + what,
                    "Say which: "
                            + String.join(
                                    ", ",
                                    found.stream()
                                            .limit(8)
                                            .map(f -> f.host().name() + "/" + what)
                                            .toList())
                            + ".");
        }
        return Optional.of(found.getFirst());
    }

    private static void table(Terminal terminal, Fleet fleet, String what, Optional<Located> device, Places places) {
        device.ifPresent(d -> terminal.out()
                .println(d.device().device().name() + " on " + d.host().name() + ", "
                        + d.device()
                                .device()
                                .type()
                                .orElse(d.device().device().kind().word()) + ":"));
        if (places.places().isEmpty()) {
            terminal.out().println("No host has a place for " + what + ".");
        } else {
            Table table = new Table("HOST", "PARENT", "FITS", "LEFT AFTER", "SHRINKS", "SAYS");
            for (Place place : places.places()) {
                table.row(
                        place.host(),
                        place.parentOrNull() == null ? "is there" : place.parentOrNull(),
                        place.fit().verdict().word(),
                        String.valueOf(place.leftAfter()),
                        shortened(place.shrinking()),
                        shortened(said(place)));
            }
            table.print(terminal);
        }
        terminal.out().println();
        terminal.out().println("Hosts: " + counts(places) + ".");
        ruledOut(places).ifPresent(text -> terminal.out().println(text));
        FindingList.print(terminal, fleet.findings());
    }

    /** Ids of what is more than good to know. */
    private static List<String> said(Place place) {
        return place.findings().stream()
                .filter(f -> f.severity() != Finding.Severity.INFO)
                .map(Finding::id)
                .distinct()
                .toList();
    }

    private static String shortened(List<String> words) {
        return words.size() <= 3
                ? String.join(", ", words)
                : String.join(", ", words.subList(0, 3)) + ", " + (words.size() - 3) + " more";
    }

    private static String counts(Places places) {
        List<String> words = new ArrayList<>();
        for (Verdict verdict : Verdict.values()) {
            if (places.hosts(verdict) > 0) {
                words.add(verdict.word() + " " + places.hosts(verdict));
            }
        }
        return words.isEmpty() ? "none has it" : String.join(", ", words);
    }

    private static Optional<String> ruledOut(Places places) {
        List<String> rules = places.blockers().entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry::getKey))
                .limit(5)
                .map(e -> e.getKey() + " " + e.getValue())
                .toList();
        return rules.isEmpty()
                ? Optional.empty()
                : Optional.of("Ruled out by: " + String.join(", ", rules) + " (vfio rules ID says more).");
    }

    private static ObjectNode json(Fleet fleet, String what, Places places) {
        ObjectNode document = FleetOptions.document(fleet).put("where", what);
        AnswerJson.places(document, places);
        FleetOptions.findings(document, fleet);
        return document;
    }
}
