/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ObjectNode;

/** Options whose value is a number. */
public final class Numbers {
    private static final int MAX_DIGITS = 9;

    private Numbers() {}

    /** Writes the option's value, if it was given, into a command's arguments. */
    public static void put(ObjectNode arguments, String key, ParseResult line, String option) {
        if (!line.hasMatchedOption(option)) {
            return;
        }
        arguments.put(key, of(line, option, 0));
    }

    /** The option's value, or {@code otherwise} if it was not given. */
    public static int of(ParseResult line, String option, int otherwise) {
        if (!line.hasMatchedOption(option)) {
            return otherwise;
        }
        String text = line.matchedOptionValue(option, "");
        if (text.isEmpty() || text.length() > MAX_DIGITS || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new CommandException(ExitCode.USAGE, option + " is a number that is not negative, not " + text, "");
        }
        return Integer.parseInt(text);
    }
}
