/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.definition;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.vfio.mdev.Uuids;

/**
 * The definitions in a folder, laid out as mdevctl's: {@code <folder>/<parent>/<uuid>}. A file is there as it was before a change or as it is
 * after it, whenever the process or the machine stops. Files are read at every call: whoever else changes them is heeded. Safe for use by many
 * threads; of several processes one at a time may change things.
 */
public final class Definitions {
    private static final int MAX_FILES = 100_000;

    private final Path folder;

    /** The folder needs not be there; the first definition makes it. */
    public Definitions(Path folder) {
        this.folder = folder;
    }

    /** All definitions by parent and UUID, and what could not be read. */
    public record Listing(List<Definition> definitions, List<Finding> findings) {
        public Listing {
            definitions = List.copyOf(definitions);
            findings = List.copyOf(findings);
        }
    }

    public Path folder() {
        return folder;
    }

    /** Reads all that is there. What is none, or a broken one, is a finding and left alone. */
    public synchronized Listing list() {
        List<Definition> definitions = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        for (Path parent : entries(folder, findings)) {
            if (!Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
                findings.add(broken(parent, "is no folder of a parent"));
                continue;
            }
            for (Path file : entries(parent, findings)) {
                if (definitions.size() == MAX_FILES) {
                    findings.add(broken(folder, "has more than " + MAX_FILES + " definitions; the rest is not read"));
                    return new Listing(definitions, findings);
                }
                read(file, definitions, findings);
            }
        }
        definitions.sort(Comparator.comparing(Definition::parent)
                .thenComparing(d -> d.uuid().toString()));
        return new Listing(definitions, findings);
    }

    /**
     * The definition of that UUID.
     *
     * @param parent where it must be; empty for wherever it is
     * @throws RefusedException EINVAL if there are several; EPROTO if it is broken
     */
    public synchronized Optional<Definition> find(UUID uuid, Optional<String> parent) {
        List<Path> found = new ArrayList<>();
        for (Path candidate : entries(folder, new ArrayList<>())) {
            Path file = candidate.resolve(uuid.toString());
            if (parent.map(p -> p.equals(name(candidate))).orElse(true)
                    && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                found.add(file);
            }
        }
        if (found.size() > 1) {
            throw new RefusedException(
                    Errno.EINVAL,
                    uuid + " is defined at several parents: "
                            + String.join(
                                    ", ",
                                    found.stream().map(f -> name(parentOf(f))).toList()),
                    "Say which one with --parent.");
        }
        return found.stream().findFirst().map(this::read);
    }

    /** Writes a new one: EEXIST if its parent has one of that UUID. */
    public synchronized void define(Definition definition) {
        if (Files.exists(file(definition), LinkOption.NOFOLLOW_LINKS)) {
            throw new RefusedException(
                    Errno.EEXIST,
                    definition.uuid() + " is defined already for " + definition.parent(),
                    "Change it with vfio modify, or take it away with vfio undefine.");
        }
        write(definition);
    }

    /** Replaces the one of the same UUID and parent: ENOENT if there is none. */
    public synchronized void replace(Definition definition) {
        if (!Files.exists(file(definition), LinkOption.NOFOLLOW_LINKS)) {
            throw undefined(definition.uuid());
        }
        write(definition);
    }

    /** Takes one away: ENOENT if there is none. */
    public synchronized void undefine(Definition definition) {
        try {
            DurableFiles.delete(file(definition));
        } catch (NoSuchFileException e) {
            throw undefined(definition.uuid());
        } catch (IOException e) {
            throw failed("take away", file(definition), e);
        }
    }

    /** Makes the folder, for whoever looks into it, and removes what a process that was killed while it wrote has left. */
    public synchronized void prepare() {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw failed("make", folder, e);
        }
        for (Path parent : entries(folder, new ArrayList<>())) {
            DurableFiles.clean(parent);
        }
    }

    static RefusedException undefined(UUID uuid) {
        return new RefusedException(
                Errno.ENOENT, "there is no definition of " + uuid, "vfio list --defined shows those there are.");
    }

    private void write(Definition definition) {
        try {
            DurableFiles.write(file(definition), DefinitionFile.write(definition));
        } catch (IOException e) {
            throw failed("write", file(definition), e);
        }
    }

    private Path file(Definition definition) {
        return folder.resolve(definition.parent()).resolve(definition.uuid().toString());
    }

    private void read(Path file, List<Definition> into, List<Finding> findings) {
        try {
            into.add(read(file));
        } catch (ErrnoException e) {
            findings.add(broken(file, "is no definition: " + e.getMessage()));
        }
    }

    private Definition read(Path file) {
        UUID uuid = Uuids.parse(name(file));
        if (!uuid.toString().equals(name(file)) || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new RefusedException(Errno.EINVAL, "not a regular file called as a UUID in lower case", "");
        }
        try {
            return DefinitionFile.read(uuid, name(parentOf(file)), DurableFiles.read(file, Definition.MAX_BYTES + 1));
        } catch (IOException e) {
            throw failed("read", file, e);
        }
    }

    /** The entries of a folder in the order of their names, without hidden ones; none if it is not there. */
    private static List<Path> entries(Path folder, List<Finding> findings) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(entry -> {
                if (!name(entry).startsWith(".")) {
                    entries.add(entry);
                }
            });
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | DirectoryIteratorException e) {
            findings.add(broken(folder, "cannot be read: " + FileTrouble.words(e)));
        }
        entries.sort(Comparator.comparing(Path::toString));
        return entries;
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static Path parentOf(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " is in no folder");
        }
        return parent;
    }

    private static RefusedException failed(String what, Path file, IOException e) {
        return new RefusedException(
                Errno.EIO,
                "cannot " + what + " " + file + ": " + FileTrouble.words(e),
                "Nothing was changed. See to the disk's space and the folder's permissions.");
    }

    private static Finding broken(Path path, String text) {
        return new Finding(
                "definition-broken",
                Finding.Severity.WARNING,
                path.toString(),
                text,
                "Mend it or move it away; until then it is passed over.");
    }
}
