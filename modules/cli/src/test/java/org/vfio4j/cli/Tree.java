/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A captured tree in a folder of the test's own. */
public record Tree(Path folder) {
    /** The kernel's eight sample devices, as the linux module's tests have them. */
    public static final Path SAMPLES = Path.of("../linux/src/test/trees/samples");

    static Tree samples(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(SAMPLES)) {
            for (Path from : all.skip(1).toList()) {
                Files.copy(from, folder.resolve(SAMPLES.relativize(from).toString()), LinkOption.NOFOLLOW_LINKS);
            }
        }
        return new Tree(folder);
    }

    /** A machine that has nothing of VFIO. */
    static Tree bare(Path folder) throws IOException {
        return new Tree(folder).directory("sys/bus/pci/devices");
    }

    Tree directory(String path) throws IOException {
        Files.createDirectories(folder.resolve(path));
        return this;
    }

    Tree attribute(String path, String text) throws IOException {
        Files.createDirectories(folder.resolve(path).getParent());
        Files.writeString(folder.resolve(path), text);
        return this;
    }

    Tree link(String path, String target) throws IOException {
        Files.createDirectories(folder.resolve(path).getParent());
        Files.createSymbolicLink(folder.resolve(path), Path.of(target));
        return this;
    }

    /** A process that has {@code node} open, beside init. */
    Tree process(int pid, String command, String node) throws IOException {
        directory("proc/1/fd");
        return attribute("proc/" + pid + "/comm", command + "\n").link("proc/" + pid + "/fd/3", node);
    }
}
