/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.linux.FileStatus;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.Memfd;

/**
 * Memory that two hosts on one machine both see: the source puts the state's bytes there and the destination takes them from there, so that only where
 * they lie goes over the connection. The source's process keeps it open, and the destination finds it by its {@link Message.Memory}; a process of another user
 * does not, and the state goes over the connection then. One thread uses it.
 */
final class SharedFrames implements AutoCloseable {
    /** How many there are: some are filled while others are emptied. */
    static final int COUNT = 4;

    private static final long SIZE = (long) COUNT * Wire.MAX_STATE;
    private static final String NAME = "vfio4j-state";

    private final Mapping mapping;
    private final Optional<Fd> file;
    private final Message.Memory place;

    private SharedFrames(Mapping mapping, Optional<Fd> file, Message.Memory place) {
        this.mapping = mapping;
        this.file = file;
        this.place = place;
    }

    /** The source's, for a destination to find. */
    static SharedFrames create() {
        Fd file = Memfd.create(NAME, SIZE);
        try {
            int pid = Math.toIntExact(ProcessHandle.current().pid());
            Message.Memory place =
                    new Message.Memory(pid, file.number(), FileStatus.of(file).inode());
            return new SharedFrames(Mapping.readWrite(file, 0, SIZE), Optional.of(file), place);
        } catch (ErrnoException e) {
            file.close();
            throw e;
        }
    }

    /** The destination's, to read from; empty where it cannot be seen from here, or is not such memory. */
    static Optional<SharedFrames> find(Message.Memory place) {
        Path path = Path.of("/proc", Integer.toString(place.pid()), "fd", Integer.toString(place.fd()));
        try {
            // before it is opened, since opening some files does something
            if (!Files.readSymbolicLink(path).toString().startsWith("/memfd:" + NAME)) {
                return Optional.empty();
            }
            try (Fd file = FileIo.open(path.toString(), FileIo.O_RDONLY)) {
                FileStatus status = FileStatus.of(file);
                // one that can shrink would end this process by a signal
                boolean fits = status.inode() == place.inode() && status.size() == SIZE && Memfd.cannotShrink(file);
                return fits
                        ? Optional.of(new SharedFrames(Mapping.readOnly(file, 0, SIZE), Optional.empty(), place))
                        : Optional.empty();
            }
        } catch (IOException | ErrnoException e) {
            System.getLogger(SharedFrames.class.getName()).log(System.Logger.Level.DEBUG, "memory of " + path, e);
            return Optional.empty();
        }
    }

    Message.Memory place() {
        return place;
    }

    /** One of them. */
    MemorySegment frame(int index) {
        return mapping.segment().asSlice((long) index * Wire.MAX_STATE, Wire.MAX_STATE);
    }

    /** What somebody says is in one of them; a {@link MigrateException} if there is none such. The bytes may change while they are read. */
    MemorySegment bytes(Message.Shared said) {
        if (said.frame() >= COUNT || said.bytes() == 0 || said.bytes() > Wire.MAX_STATE) {
            throw new MigrateException(
                    "protocol", "there are no " + said.bytes() + " bytes in shared frame " + said.frame());
        }
        return frame(said.frame()).asSlice(0, said.bytes());
    }

    @Override
    public void close() {
        mapping.close();
        file.ifPresent(Fd::close);
    }
}
