/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.source;

import java.util.Optional;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Options;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ObjectNode;

/** How start, stop, define, undefine and modify are told which device is meant: mdevctl's options, the UUID also without its option. */
public final class DeviceOptions {
    private static final String UUID = "--uuid";
    private static final String PARENT = "--parent";
    private static final String TYPE = "--type";

    private DeviceOptions() {}

    public static CommandSpec addTo(CommandSpec spec) {
        return spec.addPositional(PositionalParamSpec.builder()
                        .paramLabel("UUID")
                        .arity("0..1")
                        .type(String.class)
                        .description("the device's name")
                        .build())
                .addOption(Options.value("UUID", "the same as an option, as mdevctl has it", "-u", UUID)
                        .build())
                .addOption(parent())
                .addOption(FolderOptions.run());
    }

    public static OptionSpec parent() {
        return Options.value("PARENT", "the parent: a PCI address, or a name such as mtty", "-p", PARENT)
                .build();
    }

    public static OptionSpec type() {
        return Options.value("TYPE", "the type, one of the parent's", "-t", TYPE)
                .build();
    }

    /** Writes what was said into the command's arguments. */
    public static ObjectNode into(ObjectNode arguments, ParseResult line) {
        uuid(line).ifPresent(uuid -> arguments.put("device", uuid));
        put(arguments, "parent", line, PARENT);
        put(arguments, "type", line, TYPE);
        return arguments;
    }

    /** The same with a UUID that must have been said. */
    public static ObjectNode intoRequired(ObjectNode arguments, ParseResult line) {
        if (uuid(line).isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "which device is not said",
                    "Write its UUID; vfio list and vfio list --defined show those there are.");
        }
        return into(arguments, line);
    }

    public static String requiredParent(ParseResult line) {
        return required(line, PARENT);
    }

    public static String requiredType(ParseResult line) {
        return required(line, TYPE);
    }

    private static String required(ParseResult line, String option) {
        String value = line.matchedOptionValue(option, "");
        if (value.isEmpty()) {
            throw new CommandException(ExitCode.USAGE, option + " is missing", "See vfio types for what there is.");
        }
        return value;
    }

    public static Optional<String> uuid(ParseResult line) {
        String option = line.matchedOptionValue(UUID, "");
        String positional = line.matchedPositionalValue(0, "");
        if (!option.isEmpty() && !positional.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE, "the UUID is given twice: " + positional + " and " + option, "Write it once.");
        }
        return Optional.of(option + positional).filter(u -> !u.isEmpty());
    }

    private static void put(ObjectNode arguments, String key, ParseResult line, String option) {
        if (line.hasMatchedOption(option)) {
            arguments.put(key, line.matchedOptionValue(option, ""));
        }
    }
}
