/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.source;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** A file that is named after a device. */
public final class FileParameter {
    private final int index;
    private final String label;

    /**
     * @param index of the parameter
     * @param label how the usage calls it
     */
    public FileParameter(int index, String label) {
        this.index = index;
        this.label = label;
    }

    /**
     * Describes it.
     *
     * @param arity picocli's, such as {@code 1}
     */
    public PositionalParamSpec spec(String arity, String description) {
        return PositionalParamSpec.builder()
                .index(String.valueOf(index))
                .paramLabel(label)
                .arity(arity)
                .type(String.class)
                .description(description)
                .build();
    }

    /** What was named; empty if nothing was. */
    public String text(ParseResult line) {
        return line.matchedPositionalValue(index, "");
    }

    /** The path that a text is. */
    public static Path path(String file) {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw new CommandException(ExitCode.USAGE, "no file can be called " + file, "");
        }
    }
}
