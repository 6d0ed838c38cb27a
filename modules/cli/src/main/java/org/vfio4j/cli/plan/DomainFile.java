/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.plan;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.World;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.management.domain.DomainException;
import org.vfio4j.management.domain.DomainXml;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code --domain}: a machine's XML, as {@code virsh dumpxml} writes it. */
final class DomainFile {
    static final String OPTION = "--domain";
    private static final String INPUT = "-";

    private DomainFile() {}

    static OptionSpec spec(String use) {
        return Options.value("FILE", "a domain XML (virsh dumpxml), or - for standard input" + use, OPTION)
                .build();
    }

    /** The one that was named; empty if none was. */
    static Optional<DomainXml> of(ParseResult line, World world) {
        String file = line.matchedOptionValue(OPTION, "");
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = file.equals(INPUT) ? world.input() : Files.newInputStream(Path.of(file))) {
            return Optional.of(DomainXml.read(in.readNBytes(DomainXml.MAX_BYTES + 1)));
        } catch (DomainException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    (file.equals(INPUT) ? "the standard input" : file) + " is no domain XML: " + e.getMessage(),
                    "Write one with virsh dumpxml NAME > FILE.");
        } catch (IOException | InvalidPathException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "the domain XML " + file + " cannot be read: " + FileTrouble.words(e),
                    "Write one with virsh dumpxml NAME > FILE.");
        }
    }

    static void write(String file, DomainXml domain) {
        try {
            Files.writeString(Path.of(file), domain.xml());
        } catch (IOException | InvalidPathException e) {
            throw new CommandException(ExitCode.ENVIRONMENT, "cannot write " + file + ": " + FileTrouble.words(e), "");
        }
    }
}
