/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.linux.LinuxException;

/**
 * The system calls, each on one entry of the tree, none following a link at the end of its path. Whoever gives a path made sure that
 * no component before its last is a link.
 */
final class TreeFiles {
    private static final int FINDINGS_OF_A_LISTING = 100;

    private final String base;

    TreeFiles(Path base) {
        String absolute = base.toAbsolutePath().toString();
        this.base = absolute.equals("/") ? "" : absolute;
    }

    Reading<Place> lookUp(String path) {
        try {
            return Reading.found(new Place(
                    path,
                    kind(Files.readAttributes(onDisk(path), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS))));
        } catch (IOException e) {
            return failure(path, e);
        }
    }

    /**
     * False if nothing is there, told without the cost of an exception. True may be wrong, since access(2) follows links out of the
     * base: then look again.
     */
    boolean mayExist(String path) {
        return Files.exists(onDisk(path));
    }

    /** A link's target as it stands there, whatever characters it has. */
    Reading<String> rawLink(String path) {
        try {
            return Reading.found(Files.readSymbolicLink(onDisk(path)).toString());
        } catch (IOException e) {
            return failure(path, e);
        }
    }

    /** A link's target, made of printable ASCII. */
    Reading<String> link(String path) {
        return rawLink(path)
                .then(target -> Names.validTarget(target)
                        ? Reading.found(target)
                        : Reading.unreadable(
                                TreeProblem.LINK_INVALID.at(path, "links to \"" + Names.printable(target) + "\"")));
    }

    /** At most {@code limit} entries of the directory, the first ones in the directory's own order. */
    Reading<Listing> list(String path, int limit) {
        List<String> names = new ArrayList<>();
        List<TreeFinding> findings = new ArrayList<>();
        int seen = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(onDisk(path))) {
            for (Path entry : entries) {
                if (++seen > limit) {
                    findings.add(TreeProblem.TOO_MANY_ENTRIES.at(path, "has more than " + limit + " entries"));
                    break;
                }
                String name = Names.last(entry.toString());
                if (Names.valid(name)) {
                    names.add(name);
                } else if (findings.size() < FINDINGS_OF_A_LISTING) {
                    findings.add(TreeProblem.NAME_INVALID.at(
                            path + "/" + name, "is no name that the kernel makes; skipped"));
                }
            }
        } catch (DirectoryIteratorException e) {
            return failure(path, e.getCause());
        } catch (IOException e) {
            return failure(path, e);
        }
        Collections.sort(names);
        return Reading.found(new Listing(names, findings));
    }

    /** The text of a regular file of at most {@link Root#MAX_ATTRIBUTE} bytes. */
    Reading<String> read(String path) {
        // O_NONBLOCK, because what lookUp saw as a regular file may have become a FIFO since.
        try (Fd fd = FileIo.open(base + path, FileIo.O_RDONLY | FileIo.O_NONBLOCK | FileIo.O_NOFOLLOW);
                Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(Root.MAX_ATTRIBUTE + 1L);
            long size = 0;
            long n;
            do {
                n = FileIo.read(fd, bytes.asSlice(size));
                size += n;
            } while (n > 0 && size < bytes.byteSize());
            if (size > Root.MAX_ATTRIBUTE) {
                return Reading.unreadable(
                        TreeProblem.ATTRIBUTE_TOO_LARGE.at(path, "is larger than " + Root.MAX_ATTRIBUTE + " bytes"));
            }
            Optional<String> text = AttributeText.of(bytes.asSlice(0, size).asByteBuffer());
            return text.map(Reading::found)
                    .orElseGet(() -> Reading.unreadable(TreeProblem.ATTRIBUTE_BINARY.at(path, "is not text")));
        } catch (LinuxException e) {
            return failure(path, e);
        }
    }

    private Path onDisk(String path) {
        return Path.of(base + path + (path.isEmpty() ? "/" : ""));
    }

    private static Place.Kind kind(BasicFileAttributes attributes) {
        if (attributes.isSymbolicLink()) {
            return Place.Kind.LINK;
        }
        if (attributes.isDirectory()) {
            return Place.Kind.DIRECTORY;
        }
        return attributes.isRegularFile() ? Place.Kind.REGULAR : Place.Kind.OTHER;
    }

    private static <T> Reading<T> failure(String path, LinuxException e) {
        TreeFinding finding = switch (e.errno()) {
            case Errno.EACCES, Errno.EPERM -> noPermission(path, e.errnoName());
            // It was there a moment ago, when its kind was asked for.
            case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO, Errno.ESRCH ->
                TreeProblem.VANISHED.at(path, "vanished while it was read: " + e.errnoName());
            case Errno.ELOOP, Errno.EISDIR, Errno.EAGAIN ->
                TreeProblem.NOT_A_FILE.at(path, "changed into something else while it was read");
            default ->
                TreeProblem.READ_FAILED.at(path, "answers " + e.errnoName() + " (" + Errno.text(e.errno()) + ")");
        };
        return Reading.unreadable(finding);
    }

    private static <T> Reading<T> failure(String path, @Nullable IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> Reading.missing();
            case AccessDeniedException _ -> Reading.unreadable(noPermission(path, "EACCES"));
            case NotDirectoryException _ ->
                Reading.unreadable(TreeProblem.NOT_A_DIRECTORY.at(path, "is not a directory"));
            case NotLinkException _ -> Reading.unreadable(TreeProblem.NOT_A_LINK.at(path, "is not a symbolic link"));
            case FileSystemException f
            when f.getReason() != null ->
                Reading.unreadable(TreeProblem.READ_FAILED.at(path, Names.printable(f.getReason())));
            case null, default ->
                Reading.unreadable(TreeProblem.READ_FAILED.at(path, Names.printable(String.valueOf(e))));
        };
    }

    private static TreeFinding noPermission(String path, String errno) {
        return TreeProblem.NO_PERMISSION.at(path, "must not be read: " + errno);
    }
}
