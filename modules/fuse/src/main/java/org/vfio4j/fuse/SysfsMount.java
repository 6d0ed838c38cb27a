/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cryptomator.jfuse.api.Fuse;
import org.cryptomator.jfuse.api.FuseBuilder;
import org.cryptomator.jfuse.api.FuseMountFailedException;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.tree.Node;

/**
 * A tree mounted as a file system of type {@code fuse.sysfs}. What programs read there is never stale: attributes are made when they are
 * read, and how names are kept true is said at {@link Changes}. Root's mount is for all users, as far as modes let them, as in sysfs;
 * anybody else's is for himself alone. Closing unmounts, whoever still has files open there.
 */
public final class SysfsMount implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SysfsMount.class.getName());

    /** What is not there is never remembered. jfuse does not tell who asks, so the kernel has to judge by the modes. */
    private static final String ALWAYS = "negative_timeout=0,default_permissions";

    private static final String FOR_ALL = "allow_other";
    /** A write to {@code remove} waits for the device's users, so calls that wait must not use up the threads. */
    private static final String THREADS = "max_threads=128";

    private static final Duration CALLS_END_WITHIN = Duration.ofSeconds(5);
    /**
     * When the kernel has forgotten what it was told {@link Changes#AWAITED}: after 20 ms, which it rounds up by two of its ticks (10 ms where
     * they are longest). The rest is for an answer that is on its way to a program which does not run at once.
     */
    private static final Duration FORGOTTEN_AFTER = Duration.ofMillis(100);

    private final Path at;
    private final Changes changes;
    private final Fuse fuse;
    private final Gate gate;
    private final Optional<MountTable.Mount> entry;
    private final AtomicBoolean closed = new AtomicBoolean();

    private SysfsMount(Path at, Changes changes, Fuse fuse, Gate gate, Optional<MountTable.Mount> entry) {
        this.at = at;
        this.changes = changes;
        this.fuse = fuse;
        this.gate = gate;
        this.entry = entry;
    }

    /** How a tree loses what it had, and so what the kernel may remember of it. What is new is always found at once. */
    public enum Changes {
        /** Without a word: the kernel asks about every part of a path at every use. */
        SILENT("entry_timeout=1,attr_timeout=0"),
        /**
         * Whoever takes something away calls {@link #awaitForgotten} before he says that it is done. Until then the kernel may answer from
         * memory that a name is there; it has half as many questions. Fractions are written so that they mean the same in every locale.
         */
        AWAITED("entry_timeout=2e-2,attr_timeout=2e-2");

        private final String timeouts;

        Changes(String timeouts) {
            this.timeouts = timeouts;
        }
    }

    /** Mounts a tree that changes {@link Changes#SILENT silently}. */
    public static SysfsMount mount(Node.Directory sys, Path at) {
        return mount(sys, at, Changes.SILENT);
    }

    /**
     * Mounts a tree. The folder is made if it is not there; what a host that crashed has left mounted there is unmounted first.
     *
     * @param sys what is to be seen as {@code /sys}; directories for {@link MountNamespace} are added where it lacks them
     * @throws MountException if it cannot be mounted: what is missing, and what to do
     */
    public static SysfsMount mount(Node.Directory sys, Path at, Changes changes) {
        FuseLibrary library = FuseLibrary.find(Path.of("/"));
        FuseDevice.require(Path.of("/dev/fuse"));
        Path place = MountPoint.prepare(at);
        boolean root = User.current().isRoot();
        FuseBuilder builder = Fuse.builder();
        builder.setLibraryPath(library.path().toString());
        Gate gate = new Gate();
        Fuse fuse = builder.build(new TreeOperations(
                RealParts.in(sys),
                changes,
                gate,
                builder.errno(),
                User.current().owner(),
                Instant.now()));
        try {
            fuse.mount("vfio4j", place, "-o", options(changes, root, library));
        } catch (FuseMountFailedException | IllegalArgumentException e) {
            release(fuse);
            throw MountException.at(
                    place,
                    Errno.EIO,
                    e.getMessage() + " (libfuse says why on stderr)",
                    root
                            ? "Look whether this container may mount (CAP_SYS_ADMIN)."
                            : "Install fusermount3 (Debian, Ubuntu: apt install fuse3), or run this as root.");
        }
        return new SysfsMount(
                place, changes, fuse, gate, MountTable.read().at(place).filter(MountPoint::isOurs));
    }

    private static String options(Changes changes, boolean forAll, FuseLibrary library) {
        List<String> options =
                new ArrayList<>(List.of(changes.timeouts, ALWAYS, "fsname=" + MountPoint.SOURCE, "subtype=sysfs"));
        if (forAll) {
            options.add(FOR_ALL);
        }
        if (library.hasPoolOption()) {
            options.add(THREADS);
        }
        return String.join(",", options);
    }

    /** Where the tree is mounted, as an absolute path without links. */
    public Path path() {
        return at;
    }

    /**
     * To be called when something has been taken out of the tree: waits until no program can be told any more that it is there. Comes back
     * at once if none has asked about anything lately.
     */
    public void awaitForgotten() {
        if (changes == Changes.SILENT || gate.quietFor(FORGOTTEN_AFTER)) {
            return;
        }
        try {
            Thread.sleep(FORGOTTEN_AFTER);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Unmounts, at once. Who has files open there gets ENOTCONN. If a call into the tree does not come back, its thread and libfuse's memory
     * are left alone.
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        // Whoever has unmounted it already may have mounted something else there.
        entry.filter(it -> MountTable.read().at(at).filter(it::equals).isPresent())
                .ifPresent(it -> MountPoint.unmount(at));
        try {
            if (gate.empty(CALLS_END_WITHIN)) {
                release(fuse);
            } else {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "a call into " + at + " has not come back; its thread is left behind");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void release(Fuse fuse) {
        try {
            fuse.close();
        } catch (TimeoutException e) {
            LOG.log(System.Logger.Level.WARNING, "libfuse did not end within ten seconds", e);
        }
    }

    /** The way to the FUSE driver. */
    private static final class FuseDevice {
        static void require(Path device) {
            if (!Files.exists(device)) {
                throw new MountException(
                        Errno.ENOENT,
                        "there is no " + device,
                        "Load the module (modprobe fuse), or give the container this device.");
            }
            if (!Files.isWritable(device)) {
                throw new MountException(
                        Errno.EACCES,
                        "this user may not use " + device,
                        "Run this as root, or let users mount (as root: chmod 666 " + device + ").");
            }
        }
    }
}
