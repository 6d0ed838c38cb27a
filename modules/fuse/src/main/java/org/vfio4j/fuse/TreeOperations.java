/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.cryptomator.jfuse.api.DirFiller;
import org.cryptomator.jfuse.api.FileInfo;
import org.cryptomator.jfuse.api.FuseConfig;
import org.cryptomator.jfuse.api.FuseConnInfo;
import org.cryptomator.jfuse.api.FuseOperations;
import org.cryptomator.jfuse.api.Stat;
import org.cryptomator.jfuse.api.Statvfs;
import org.cryptomator.jfuse.api.TimeSpec;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.FileIo;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.tree.Node;

/**
 * The kernel's questions about a file system, answered from a tree as sysfs answers them. Which error number stands for what is from
 * {@code fs/kernfs} and {@code fs/namei.c}: nothing can be made in a sysfs, and the ways not to make it differ.
 */
final class TreeOperations implements FuseOperations {
    private static final int DIRECTORY_MODE = 0755;
    private static final int LINK_MODE = 0777;
    private static final int READABLE = 0444;
    private static final int WRITABLE = 0222;
    private static final int ACCESS_MODE = 3;
    private static final int LONGEST_NAME = 255;

    private final Node.Directory root;
    private final SysfsMount.Changes changes;
    private final Gate gate;
    private final org.cryptomator.jfuse.api.Errno numbers;
    private final Owner owner;
    private final Instant since;
    private final Map<Long, OpenAttribute> open = new ConcurrentHashMap<>();
    private final AtomicLong handles = new AtomicLong();

    /** Whose all files are. */
    record Owner(int uid, int gid) {}

    TreeOperations(
            Node.Directory root,
            SysfsMount.Changes changes,
            Gate gate,
            org.cryptomator.jfuse.api.Errno numbers,
            Owner owner,
            Instant since) {
        this.root = root;
        this.changes = changes;
        this.gate = gate;
        this.numbers = numbers;
        this.owner = owner;
        this.since = since;
    }

    /**
     * FLUSH, FSYNC and the extended attributes are left out: the kernel then does without and asks no more. What the tree refuses has to be
     * among them, or the answer would be ENOSYS.
     */
    @Override
    public Set<Operation> supportedOperations() {
        return EnumSet.of(
                Operation.INIT,
                Operation.GET_ATTR,
                Operation.READLINK,
                Operation.READ_DIR,
                Operation.OPEN,
                Operation.READ,
                Operation.WRITE,
                Operation.RELEASE,
                Operation.TRUNCATE,
                Operation.UTIMENS,
                Operation.STATFS,
                Operation.CREATE,
                Operation.MKDIR,
                Operation.RMDIR,
                Operation.UNLINK,
                Operation.RENAME,
                Operation.SYMLINK,
                Operation.CHMOD,
                Operation.CHOWN);
    }

    @Override
    public org.cryptomator.jfuse.api.Errno errno() {
        return numbers;
    }

    /**
     * Attributes of a directory's entries come with its names only where the kernel does not believe them: libfuse keeps them with the open
     * directory, so they can be older than anybody waits.
     */
    @Override
    public void init(FuseConnInfo connection, @Nullable FuseConfig config) {
        gate.pass("init", "", () -> {
            if (config != null) {
                DirectIo.set(config);
            }
            if (changes == SysfsMount.Changes.AWAITED) {
                connection.setWant(connection.want() & ~FuseConnInfo.FUSE_CAP_READDIRPLUS);
            }
            return 0;
        });
    }

    @Override
    public int getattr(String path, Stat stat, @Nullable FileInfo file) {
        return gate.pass("getattr", path, () -> {
            OpenAttribute opened = file == null ? null : open.get(file.getFh());
            describe(opened == null ? Paths.resolve(root, path) : opened.node(), stat);
            return 0;
        });
    }

    /** Directories are said to have one link, which is how a file system says that it does not count them. */
    private void describe(Node node, Stat stat) {
        switch (node) {
            case Node.Directory _ -> stat.setMode(Stat.S_IFDIR | DIRECTORY_MODE);
            case Node.Attribute attribute -> {
                stat.setMode(Stat.S_IFREG | attribute.mode());
                stat.setSize(OpenAttribute.LIMIT);
            }
            case Node.Link link -> {
                stat.setMode(Stat.S_IFLNK | LINK_MODE);
                stat.setSize(link.target().getBytes(StandardCharsets.UTF_8).length);
            }
        }
        stat.setNLink((short) 1);
        stat.setUid(owner.uid());
        stat.setGid(owner.gid());
        stat.aTime().set(since);
        stat.mTime().set(since);
        stat.cTime().set(since);
    }

    @Override
    public int readlink(String path, ByteBuffer buffer, long size) {
        return gate.pass("readlink", path, () -> {
            if (!(Paths.resolve(root, path) instanceof Node.Link link)) {
                return -Errno.EINVAL;
            }
            byte[] target = link.target().getBytes(StandardCharsets.UTF_8);
            buffer.put(target, 0, (int) Math.min(target.length, size - 1)).put((byte) 0);
            return 0;
        });
    }

    /**
     * All entries at once: libfuse keeps them for the reader. Their attributes come along where it asks for them, which spares the kernel a
     * lookup of each; not those of the two dots, whose inode number libfuse would then leave 0, by which programs know an entry that is deleted.
     */
    @Override
    public int readdir(String path, DirFiller filler, long offset, FileInfo file, int flags) {
        return gate.pass("readdir", path, () -> {
            if (!(Paths.resolve(root, path) instanceof Node.Directory directory)) {
                return -Errno.ENOTDIR;
            }
            boolean full = fill(filler, ".", directory, 0) || fill(filler, "..", directory, 0);
            for (String name : directory.names()) {
                Node child = directory.child(name).orElse(null);
                full = full || (child != null && fill(filler, name, child, DirFiller.FUSE_FILL_DIR_PLUS));
            }
            return full ? -Errno.ENOMEM : 0;
        });
    }

    private boolean fill(DirFiller filler, String name, Node node, int flags) {
        return filler.fill(name, stat -> describe(node, stat), 0, flags) != 0;
    }

    /** The kernel lets root open whatever the modes are; that an attribute cannot be shown or stored has to be said here. */
    @Override
    public int open(String path, FileInfo file) {
        return gate.pass("open", path, () -> {
            if (!(Paths.resolve(root, path) instanceof Node.Attribute attribute)) {
                return -Errno.EISDIR;
            }
            int access = file.getFlags() & ACCESS_MODE;
            boolean reads = access == FileIo.O_RDONLY || access == FileIo.O_RDWR;
            boolean writes = access == FileIo.O_WRONLY || access == FileIo.O_RDWR;
            if ((reads && (attribute.mode() & READABLE) == 0) || (writes && (attribute.mode() & WRITABLE) == 0)) {
                return -Errno.EACCES;
            }
            long handle = handles.incrementAndGet();
            open.put(handle, new OpenAttribute(attribute));
            file.setFh(handle);
            return 0;
        });
    }

    @Override
    public int read(String path, ByteBuffer buffer, long count, long offset, FileInfo file) {
        return gate.pass("read", path, () -> {
            byte[] text = opened(path, file).read(offset, count);
            buffer.put(text);
            return text.length;
        });
    }

    @Override
    public int write(String path, ByteBuffer buffer, long count, long offset, FileInfo file) {
        return gate.pass("write", path, () -> {
            byte[] written = new byte[(int) Math.min(count, OpenAttribute.LIMIT)];
            buffer.get(written);
            return opened(path, file).write(written);
        });
    }

    /** ENODEV where the attribute has gone meanwhile, {@code kernfs_get_active}. */
    private OpenAttribute opened(String path, FileInfo file) {
        OpenAttribute opened = open.get(file.getFh());
        if (opened == null || Paths.find(root, path).isEmpty()) {
            throw new VfioException(Errno.ENODEV, path + " is gone");
        }
        return opened;
    }

    @Override
    public int release(String path, FileInfo file) {
        return gate.pass("release", path, () -> {
            open.remove(file.getFh());
            return 0;
        });
    }

    /** Shells truncate what they write to; an attribute has nothing to be cut. */
    @Override
    public int truncate(String path, long size, @Nullable FileInfo file) {
        return exists("truncate", path);
    }

    /** Allowed, as in sysfs, and without effect. */
    @Override
    public int utimens(String path, TimeSpec access, TimeSpec modification, @Nullable FileInfo file) {
        return exists("utimens", path);
    }

    private int exists(String operation, String path) {
        return gate.pass(operation, path, () -> {
            Paths.resolve(root, path);
            return 0;
        });
    }

    @Override
    public int statfs(String path, Statvfs statvfs) {
        return gate.pass("statfs", path, () -> {
            statvfs.setBsize(OpenAttribute.LIMIT);
            statvfs.setFrsize(OpenAttribute.LIMIT);
            statvfs.setNameMax(LONGEST_NAME);
            return 0;
        });
    }

    @Override
    public int create(String path, int mode, FileInfo file) {
        return -Errno.EACCES;
    }

    @Override
    public int mkdir(String path, int mode) {
        return -Errno.EPERM;
    }

    @Override
    public int rmdir(String path) {
        return -Errno.EPERM;
    }

    @Override
    public int unlink(String path) {
        return -Errno.EPERM;
    }

    @Override
    public int rename(String from, String to, int flags) {
        return -Errno.EPERM;
    }

    @Override
    public int symlink(String link, String target) {
        return -Errno.EPERM;
    }

    @Override
    public int chmod(String path, int mode, @Nullable FileInfo file) {
        return -Errno.EPERM;
    }

    @Override
    public int chown(String path, int uid, int gid, @Nullable FileInfo file) {
        return -Errno.EPERM;
    }
}
