/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.plan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.management.explain.Explanation;
import org.vfio4j.management.explain.Explanations;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio explain}. */
public final class ExplainCommand implements Command {
    private static final String INPUT = "-";
    private static final String UNKNOWN = "unknown, because nothing that is known matches the text";
    private static final String UNKNOWN_REMEDY =
            "Give the whole output, with its last lines, as the program wrote it in"
                    + " English (LC_ALL=C); else vfio probe tells what the device can do, and vfio plan what a machine needs.";

    @Override
    public String name() {
        return "explain";
    }

    @Override
    public String summary() {
        return "What an error text means, and what to do about it";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio explain",
                        "vfio explain [TEXT] [-o FORM]",
                        "Says what an error text of QEMU, libvirt, mdevctl or the kernel means, and what to do. A text"
                                + " may have several lines; what is harmless in it comes last and is called so.")
                .addOption(OutputOption.spec())
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("TEXT")
                        .arity("0..1")
                        .type(String.class)
                        .description("as the program wrote it; - or none: the standard input")
                        .build());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio explain 'vfio-display-dmabuf: opengl not available'",
                                "virsh start desk 2>&1 | vfio explain"),
                        "0  something in the text is known",
                        "1  nothing in it is known",
                        "2  the command line was wrong, or the text is empty or too long"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        List<Explanation> found = Explanations.builtIn().of(text(line, world));
        form.print(world.terminal(), () -> document(found), () -> print(world.terminal(), found));
        if (!found.isEmpty()) {
            return ExitCode.OK;
        }
        world.terminal().error(UNKNOWN, UNKNOWN_REMEDY);
        return ExitCode.FINDINGS;
    }

    private static String text(ParseResult line, World world) {
        String given = line.matchedPositionalValue(0, INPUT);
        String text = given.equals(INPUT) ? input(world) : given;
        if (text.length() > Explanations.MAX_LENGTH) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the text is longer than " + Explanations.MAX_LENGTH + " characters",
                    "The last lines usually say it: … | tail -n 100 | vfio explain.");
        }
        if (text.isBlank()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "there is no text to explain",
                    "Give one, or pipe a program's output into vfio explain.");
        }
        return text;
    }

    /** The standard input, or its beginning where it is too long. */
    private static String input(World world) {
        try {
            return new String(world.input().readNBytes(4 * Explanations.MAX_LENGTH + 4), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "the standard input could not be read: " + e.getMessage(),
                    "Give the text itself.");
        }
    }

    private static void print(Terminal terminal, List<Explanation> found) {
        for (int i = 0; i < found.size(); i++) {
            Explanation one = found.get(i);
            if (i > 0) {
                terminal.out().println();
            }
            terminal.out().println(Terminal.printable(one.line()));
            terminal.entry(
                    "is",
                    (one.isHarmless() ? "harmless, from " : "an error, from ") + one.writer() + " [" + one.id() + "]");
            terminal.entry("because", one.cause());
            terminal.entry("to do", one.remedy());
            terminal.entry("source", one.source());
        }
    }

    private static ObjectNode document(List<Explanation> found) {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("schema", 1);
        ArrayNode all = document.putArray("explanations");
        for (Explanation one : found) {
            all.addObject()
                    .put("id", one.id())
                    .put("whose", one.whose())
                    .put("harmless", one.isHarmless())
                    .put("line", one.line())
                    .put(
                            "from",
                            one.fromOrNull() == null ? null : one.fromOrNull().toString())
                    .put("to", one.toOrNull() == null ? null : one.toOrNull().toString())
                    .put("cause", one.cause())
                    .put("remedy", one.remedy())
                    .put("source", one.source());
        }
        return document;
    }
}
