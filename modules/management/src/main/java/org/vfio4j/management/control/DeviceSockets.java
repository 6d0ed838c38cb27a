/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.CoreListener;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.user.Acceptor;
import org.vfio4j.vfio.user.VfioUserServer;

/**
 * A vfio-user socket for every device of a user-space host, there as long as the device is. A client that attaches opens the device in the
 * host's core, as any other user would, so the device is in use while it has it.
 */
public final class DeviceSockets implements CoreListener, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DeviceSockets.class.getName());
    private static final String SUFFIX = ".sock";

    private final UserHost host;
    private final Path folder;
    private final boolean polling;
    private final Map<String, VfioUserServer> servers = new ConcurrentHashMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private final Acceptor acceptor = new Acceptor();
    private final VfioCore.Subscription subscription;
    private boolean closed;

    private DeviceSockets(UserHost host, Path folder, boolean polling) {
        this.host = host;
        this.folder = folder;
        this.polling = polling;
        this.subscription = host.core().listen(this);
    }

    /**
     * Serves the host's devices, those there now and those that come.
     *
     * @param folder made with mode 0700 if it is not there; sockets that a dead host left in it are removed
     * @param polling whether connections ask for messages without sleeping while they come quickly
     */
    public static DeviceSockets open(UserHost host, Path folder, boolean polling) {
        prepare(folder);
        DeviceSockets sockets = new DeviceSockets(host, folder, polling);
        host.servedAt(sockets::socket);
        host.core().devices().forEach(sockets::added);
        return sockets;
    }

    /** Where a device's socket is, if it has one. */
    public Optional<Path> socket(String device) {
        return servers.containsKey(device) ? Optional.of(path(device).toAbsolutePath()) : Optional.empty();
    }

    /** The devices that could not be given a socket, and why. */
    public synchronized List<Finding> findings() {
        return List.copyOf(findings);
    }

    @Override
    public synchronized void added(CoreDevice device) {
        String name = device.name();
        if (closed || servers.containsKey(name)) {
            return;
        }
        try {
            servers.put(name, VfioUserServer.listen(path(name), new CoreSource(host, device), polling, acceptor));
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} has no socket: {1}", name, e.getMessage());
            findings.add(new Finding(
                    "no-socket",
                    Finding.Severity.WARNING,
                    name,
                    "has no vfio-user socket: " + e.getMessage(),
                    "A socket's path has at most 107 bytes; a shorter folder can be named with --run-dir."));
        }
    }

    @Override
    public void removed(CoreDevice device) {
        VfioUserServer server;
        synchronized (this) {
            server = servers.remove(device.name());
        }
        if (server != null) {
            server.close();
        }
    }

    /** Ends every connection and takes the sockets away, and the folder if nothing else is in it. */
    @Override
    public void close() {
        subscription.close();
        List<VfioUserServer> open;
        synchronized (this) {
            closed = true;
            open = List.copyOf(servers.values());
            servers.clear();
        }
        open.forEach(VfioUserServer::close);
        acceptor.close();
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} stays: {1}", folder, e);
        }
    }

    private Path path(String device) {
        return folder.resolve(device.replace('/', '!') + SUFFIX);
    }

    private static void prepare(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
                for (Path socket : left) {
                    Files.delete(socket);
                }
            }
        } catch (IOException e) {
            throw new RefusedException(
                    Errno.EACCES,
                    "cannot use " + folder + " for the devices' sockets: " + FileTrouble.words(e),
                    "Name another with --run-dir.");
        }
    }
}
