/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who asks, as a socket's peer credentials tell it.
 *
 * @param uid effective user
 * @param gid effective group
 * @param groups supplementary ones
 * @param pid his process
 */
public record Credentials(int uid, int gid, Set<Integer> groups, long pid) {
    public Credentials {
        groups = Set.copyOf(groups);
    }

    /** Without supplementary groups. */
    public Credentials(int uid, int gid, long pid) {
        this(uid, gid, Set.of(), pid);
    }

    /** Those of this process, from {@code /proc/self}. */
    public static Credentials ofThisProcess() {
        try {
            Map<String, Object> owner = Files.readAttributes(Path.of("/proc/self"), "unix:uid,gid");
            Set<Integer> groups = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("Groups:"))
                    .flatMap(line -> Arrays.stream(
                            line.substring("Groups:".length()).strip().split(" ", -1)))
                    .filter(word -> !word.isEmpty())
                    .map(Integer::parseUnsignedInt)
                    .collect(Collectors.toUnmodifiableSet());
            return new Credentials(
                    number(owner, "uid"),
                    number(owner, "gid"),
                    groups,
                    ProcessHandle.current().pid());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether permission bits do not bind him: CAP_DAC_OVERRIDE, which is root's. */
    boolean isPrivileged() {
        return uid == 0;
    }

    private static int number(Map<String, Object> attributes, String name) {
        return attributes.get(name) instanceof Integer number ? number : 0;
    }
}
