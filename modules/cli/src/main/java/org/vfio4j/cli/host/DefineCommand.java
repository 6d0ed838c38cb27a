/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.DeviceOptions;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.definition.Definition;
import org.vfio4j.management.host.RefusedException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio define}. */
public final class DefineCommand implements Command {
    private static final String AUTO = "--auto";
    private static final String FILE = "--jsonfile";

    @Override
    public String name() {
        return "define";
    }

    @Override
    public String summary() {
        return "Writes one down, so that it can be started again";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = DeviceOptions.addTo(Command.spec(
                        "vfio define",
                        "vfio define [UUID|-u UUID] [-p PARENT -t TYPE] [-a] [--run-dir DIR]%n"
                                + "       vfio define [UUID|-u UUID] -p PARENT --jsonfile FILE [--run-dir DIR]",
                        "Writes a mediated device down in mdevctl's format: an active one by its UUID alone, any other"
                                + " with parent and type, or with its attributes from a file. Without a UUID it gets a new one, which is printed. It is not"
                                + " started."))
                .addOption(DeviceOptions.type())
                .addOption(Options.flag("start it whenever the host starts", "-a", AUTO)
                        .build())
                .addOption(Options.value("FILE", "type, start and attributes, as mdevctl writes them", FILE)
                        .build());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio define -p mdpy -t mdpy-xga --auto",
                                "vfio define -p matrix --jsonfile crypto.json",
                                "vfio list --defined"),
                        "0  defined",
                        "1  it is defined already",
                        "2  the command line was wrong",
                        "3  not possible here: no running host, the file cannot be written"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        ObjectNode arguments = DeviceOptions.into(RunningHost.arguments(), line);
        if (line.hasMatchedOption(FILE)) {
            if (line.hasMatchedOption(AUTO) || arguments.has("type") || !arguments.has("parent")) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "--jsonfile says type and start, and needs a parent",
                        "Leave out --type and --auto, and name the --parent.");
            }
            fill(arguments, line.matchedOptionValue(FILE, ""));
        } else {
            arguments.put("start", line.hasMatchedOption(AUTO) ? "auto" : "manual");
        }
        try (RunningHost host = FolderOptions.require(line, world)) {
            Definition defined = host.define(arguments);
            if (DeviceOptions.uuid(line).isEmpty()) {
                world.terminal().out().println(defined.uuid());
            }
            return ExitCode.OK;
        }
    }

    /** Type, start and attributes of a file in mdevctl's format. Which device it is does not lie in it. */
    private static void fill(ObjectNode arguments, String file) {
        Definition read;
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            byte[] json = in.readNBytes(Definition.MAX_BYTES + 1);
            read = Definition.read(new UUID(0, 0), arguments.get("parent").stringValue(), json);
        } catch (RefusedException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "cannot use " + file + " as a definition: " + e.getMessage(),
                    "It has the form that mdevctl list --defined --dumpjson shows of one device.");
        } catch (IOException | InvalidPathException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT, "cannot read the definition " + file + ": " + FileTrouble.words(e), "");
        }
        arguments.put("type", read.type()).put("start", read.start().word());
        ArrayNode attributes = arguments.putArray("attrs");
        read.attributes()
                .forEach(a -> attributes.addObject().put("name", a.name()).put("value", a.value()));
    }
}
