/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Runs {@link org.vfio4j.modular.Host} in a JVM of its own, in which everything of ours is a named module. */
final class Modular {
    private Modular() {}

    static Process start(Path place) throws IOException {
        String modules = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(it ->
                        it.contains("jfuse") || (it.endsWith("classes") && !it.endsWith("test-classes")) || ofOurs(it))
                .collect(Collectors.joining(File.pathSeparator));
        String tests = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(it -> it.endsWith("test-classes"))
                .findFirst()
                .orElseThrow();
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=org.vfio4j.linux,org.cryptomator.jfuse.linux.amd64",
                        "--illegal-native-access=deny",
                        "--add-opens=org.cryptomator.jfuse.linux.amd64/org.cryptomator.jfuse.linux.amd64=org.vfio4j.fuse",
                        "-XX:+UseSerialGC",
                        "--module-path",
                        modules,
                        "--add-modules",
                        "org.vfio4j.fuse",
                        "-cp",
                        tests,
                        "org.vfio4j.modular.Host",
                        place.toString()))
                .redirectError(errors(place).toFile())
                .start();
    }

    /** A module of ours as a jar, where the build has packed them. */
    private static boolean ofOurs(String entry) {
        return entry.endsWith(".jar")
                && Files.exists(Path.of(entry).resolveSibling("classes").resolve("module-info.class"));
    }

    static Path errors(Path place) {
        return place.resolveSibling("errors");
    }
}
