/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is mounted in this mount namespace: {@code /proc/self/mountinfo}, proc_pid_mountinfo(5). */
record MountTable(List<Mount> mounts) {
    private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
    private static final Pattern OCTAL = Pattern.compile("\\\\(040|011|012|043|134)");

    /**
     * One mount.
     *
     * @param device the file system's device number, {@code major:minor}; no two file systems that are mounted have the same
     * @param at the mount point
     * @param type the file system's type, such as {@code fuse.sysfs}
     * @param source what the file system calls its source
     */
    record Mount(String device, Path at, String type, String source) {}

    static MountTable read() {
        try {
            return parse(Files.readString(MOUNTINFO));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static MountTable parse(String mountinfo) {
        return new MountTable(
                mountinfo.lines().map(MountTable::line).filter(Objects::nonNull).toList());
    }

    /** {@code 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw}: any number of fields before the dash. */
    private static @Nullable Mount line(String line) {
        int dash = line.indexOf(" - ");
        if (dash < 0 || line.indexOf('\0') >= 0) {
            return null;
        }
        List<String> before = List.of(line.substring(0, dash).split(" ", -1));
        List<String> after = List.of(line.substring(dash + 3).split(" ", -1));
        if (before.size() < 5 || after.size() < 2) {
            return null;
        }
        return new Mount(before.get(2), Path.of(unescape(before.get(4))), after.get(0), unescape(after.get(1)));
    }

    /** Blank, tab, newline, backslash and, in a source, the number sign are written as octal numbers. */
    private static String unescape(String field) {
        return OCTAL.matcher(field)
                .replaceAll(m -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(m.group(1), 8))));
    }

    /** What one sees at this absolute path, if it is a mount point: the last one mounted there. */
    Optional<Mount> at(Path path) {
        return mounts.stream().filter(it -> it.at().equals(path)).reduce((_, later) -> later);
    }
}
