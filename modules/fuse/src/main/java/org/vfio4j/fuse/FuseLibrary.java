/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vfio4j.linux.Errno;

/**
 * Where libfuse 3 is. jfuse by itself looks for {@code libfuse3.so}, which only development packages have.
 *
 * @param path the library by its file name of one major version, such as {@code libfuse3.so.3}
 */
record FuseLibrary(Path path) {
    private static final List<String> FOLDERS = List.of(
            "usr/lib/x86_64-linux-gnu",
            "lib/x86_64-linux-gnu",
            "usr/lib64",
            "lib64",
            "usr/local/lib",
            "usr/lib",
            "lib");
    /** Version 3.17 changed the name; jfuse knows both. */
    private static final List<String> NAMES = List.of("libfuse3.so.3", "libfuse3.so.4");

    private static final Pattern VERSION = Pattern.compile("libfuse3\\.so\\.(\\d+)\\.(\\d+).*");
    /** The first version whose pool of threads can be made larger by an option, {@code ChangeLog.rst}. */
    private static final int POOL_OPTION_SINCE = 12;

    /**
     * The library of this system.
     *
     * @param root where the file system begins
     */
    static FuseLibrary find(Path root) {
        for (String name : NAMES) {
            for (String folder : FOLDERS) {
                Path candidate = root.resolve(folder).resolve(name);
                if (Files.isReadable(candidate)) {
                    return new FuseLibrary(candidate);
                }
            }
        }
        throw new MountException(
                Errno.ENOENT,
                "libfuse 3 is not on this system (" + NAMES.getFirst() + " in none of "
                        + String.join(
                                ", ",
                                FOLDERS.stream()
                                        .map(root::resolve)
                                        .map(Path::toString)
                                        .toList()) + ")",
                "Install it (Debian, Ubuntu: apt install libfuse3-3, or libfuse3-4 where that is what there is).");
    }

    /** The minor version by the name of the file behind the link, such as 14 of {@code libfuse3.so.3.14.0}. */
    Optional<Integer> minor() {
        try {
            Matcher name = VERSION.matcher(path.toRealPath().getFileName().toString());
            return name.matches() ? Optional.of(Integer.valueOf(name.group(2))) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** True if the option {@code max_threads} exists; before it the pool had no limit, from then on it is 10. */
    boolean hasPoolOption() {
        return minor().filter(it -> it >= POOL_OPTION_SINCE).isPresent();
    }
}
