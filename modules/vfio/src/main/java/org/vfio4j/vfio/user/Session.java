/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.MalformedException;
import org.vfio4j.vfio.VfioException;

/**
 * One client of a server, from its VERSION message to its end. Requests are answered in their order. A request that is wrong is answered with an
 * error number, and nothing of it happens; a stream that is no sequence of messages ends the session.
 */
final class Session implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Session.class.getName());

    private final Connection connection;
    private final Inbox inbox;
    private final MemorySegment in;
    private final Attachment attachment;
    private final RegionAccess regions;
    /** For accesses that come while one waits for the client's memory. */
    private final RegionAccess innerRegions;

    private final DeviceQueries queries;
    private final MigrationMessages migration;
    private final DmaCalls calls;
    private final GuestMemory memory;
    private final Extension extension;
    private boolean negotiated;
    private boolean extended;

    /** Owns both from now on. */
    Session(Connection connection, Attachment attachment) {
        this.connection = connection;
        this.attachment = attachment;
        this.inbox = connection.inbox();
        this.in = inbox.bytes();
        this.regions = new RegionAccess(connection);
        this.queries = new DeviceQueries(connection);
        this.migration = new MigrationMessages(connection);
        this.innerRegions = new RegionAccess(connection);
        this.calls = new DmaCalls(connection, () -> handle(innerRegions));
        this.memory = new GuestMemory(connection, calls);
        this.extension = new Extension(connection);
    }

    /** Serves the client until it is gone. */
    void run() {
        try {
            while (!connection.isLost() && inbox.next()) {
                handle(regions);
            }
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "a client's connection ends: {0}", e.getMessage());
        }
    }

    /** Whether the client has the device, or is its display. Any thread may ask. */
    boolean hasDevice() {
        return attachment.hasDevice();
    }

    /** Ends the session from any thread. */
    void end() {
        connection.end();
    }

    private void handle(RegionAccess accesses) {
        int at = inbox.current();
        int flags = Wire.u32(in, at + Wire.FLAGS);
        if ((flags & Wire.TYPE_MASK) == Wire.REPLY) {
            if (calls.isLate(at)) {
                return;
            }
            throw new MalformedException("a reply to nothing");
        }
        try {
            dispatch(at, flags, accesses);
        } catch (ConnectionLostException e) {
            throw e;
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "a request is refused: {0}", e.getMessage());
            connection.replyError(e.errno());
        }
    }

    private void dispatch(int at, int flags, RegionAccess accesses) {
        int size = inbox.size(at);
        Command command = Command.of(Wire.u16(in, at + Wire.COMMAND));
        if (command == null
                || command == Command.DMA_READ
                || command == Command.DMA_WRITE
                || (command.isExtension() && !extended)) {
            throw new VfioException(Errno.EOPNOTSUPP, "command " + Wire.u16(in, at + Wire.COMMAND));
        }
        if ((flags & ~Wire.NO_REPLY) != Wire.REQUEST || !command.takes(size)) {
            throw new VfioException(
                    Errno.EINVAL, command + " of " + size + " bytes with flags 0x" + Integer.toHexString(flags));
        }
        if (inbox.descriptors() > command.fds()) {
            throw new VfioException(Errno.EINVAL, command + " with " + inbox.descriptors() + " descriptors");
        }
        if (negotiated == (command == Command.VERSION)) {
            throw new VfioException(Errno.EINVAL, command + (negotiated ? " twice" : " before VERSION"));
        }
        switch (command) {
            case REGION_READ -> accesses.read(attachment.device(), at);
            case REGION_WRITE -> accesses.write(attachment.device(), at, size);
            case REGION_WRITE_MULTI -> accesses.writeMulti(attachment.device(), at, size);
            default -> cold(command, in.asSlice(at, size));
        }
    }

    private void cold(Command command, MemorySegment message) {
        MemorySegment payload = message.asSlice(Wire.HEADER);
        switch (command) {
            case VERSION -> negotiate(payload);
            case DMA_MAP -> {
                withFds(fds -> memory.map(attachment.device(), message, fds));
                connection.reply(0);
            }
            case DMA_UNMAP -> {
                GuestMemory.unmap(attachment.device(), message);
                MemorySegment.copy(payload, 0, connection.out(), Wire.HEADER, payload.byteSize());
                connection.reply((int) payload.byteSize());
            }
            case DEVICE_GET_INFO -> queries.info(attachment.device(), payload);
            case DEVICE_GET_REGION_INFO -> queries.region(attachment.device(), payload);
            case DEVICE_GET_REGION_IO_FDS -> queries.ioFds(attachment.device(), payload);
            case DEVICE_GET_IRQ_INFO -> queries.irq(attachment.device(), payload);
            case DEVICE_SET_IRQS -> withFds(fds -> queries.setIrqs(attachment.device(), payload, fds));
            case DEVICE_RESET -> {
                attachment.device().reset();
                connection.reply(0);
            }
            case DEVICE_FEATURE -> migration.feature(attachment.device(), message);
            case MIG_DATA_READ -> migration.read(message);
            case MIG_DATA_WRITE -> migration.write(message);
            case QUERY_GFX_PLANE -> extension.plane(attachment.device(), payload);
            case GET_GFX_DMABUF -> extension.dmabuf(attachment.device(), payload);
            case GET_PRECOPY_INFO -> extension.precopyInfo(migration.opened(), payload);
            case REGION_READ, REGION_WRITE, REGION_WRITE_MULTI, DMA_READ, DMA_WRITE ->
                throw new IllegalStateException(command + " is handled elsewhere");
        }
    }

    /** The device duplicates or maps what it keeps. */
    private void withFds(Consumer<List<Fd>> action) {
        List<Fd> fds = inbox.takeFds();
        try {
            action.accept(fds);
        } finally {
            fds.forEach(Fd::close);
        }
    }

    private void negotiate(MemorySegment payload) {
        Capabilities client;
        try {
            VersionMessage wanted = VersionMessage.read(payload);
            if (wanted.major() != VersionMessage.MAJOR) {
                throw new VfioException(
                        Errno.EOPNOTSUPP, "version " + wanted.major() + ", this is " + VersionMessage.MAJOR);
            }
            client = Capabilities.read(wanted.json());
        } catch (MalformedException e) {
            throw new VfioException(Errno.EINVAL, e.reason());
        }
        extended = client.extension().isPresent();
        if (client.isDisplay()) {
            attachment.beDisplay();
        }
        calls.client(client.maxDataXferSize(), extended);
        Capabilities ours = extended ? Capabilities.with(attachment.offer()) : Capabilities.PLAIN;
        VersionMessage answer = new VersionMessage(VersionMessage.MAJOR, VersionMessage.MINOR, ours.json());
        connection.reply(answer.write(connection.out().asSlice(Wire.HEADER)));
        negotiated = true;
    }

    @Override
    public void close() {
        try {
            migration.close();
            attachment.close();
        } finally {
            regions.close();
            innerRegions.close();
            calls.close();
            connection.close();
        }
    }
}
