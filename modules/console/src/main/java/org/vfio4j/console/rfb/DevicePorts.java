/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.vfio4j.console.display.DisplayFeed;
import org.vfio4j.console.display.HostDisplays;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.Finding;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.CoreListener;
import org.vfio4j.vfio.core.VfioCore;

/**
 * A port for viewers for every device of a user-space host that has a display, there as long as the device is: the first that is free from VNC's
 * first on, as QEMU numbers its displays. A file {@code <name>.vnc} beside the device's socket says which.
 */
public final class DevicePorts implements CoreListener, AutoCloseable {
    /** The port of display :0. */
    public static final int FIRST = 5900;

    private static final System.Logger LOG = System.getLogger(DevicePorts.class.getName());
    private static final String SUFFIX = ".vnc";
    private static final int TRIES = 1000;

    private final HostDisplays displays;
    private final Access access;
    private final InetSocketAddress first;
    private final Path folder;
    private final Map<String, RfbServer> servers = new TreeMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private final VfioCore.Subscription subscription;
    private boolean closed;

    private DevicePorts(VfioCore core, HostDisplays displays, Access access, InetSocketAddress first, Path folder) {
        this.displays = displays;
        this.access = access;
        this.first = first;
        this.folder = folder;
        this.subscription = core.listen(this);
    }

    /**
     * Serves the devices' displays, those there now and those that come.
     *
     * @param first the address, and the first port that may be taken
     * @param folder where the files are written
     */
    public static DevicePorts open(
            VfioCore core, HostDisplays displays, Access access, InetSocketAddress first, Path folder) {
        DevicePorts ports = new DevicePorts(core, displays, access, first, folder);
        core.devices().forEach(ports::added);
        return ports;
    }

    /** Where viewers of a device connect. */
    public synchronized Optional<InetSocketAddress> address(String device) {
        return Optional.ofNullable(servers.get(device)).map(RfbServer::address);
    }

    /** The devices that could not be given a port, and why. */
    public synchronized List<Finding> findings() {
        return List.copyOf(findings);
    }

    @Override
    public synchronized void added(CoreDevice device) {
        Optional<DisplayFeed> feed = displays.feed(device.name());
        if (closed || feed.isEmpty() || servers.containsKey(device.name())) {
            return;
        }
        try {
            RfbServer server = listen(feed.get(), access, first);
            servers.put(device.name(), server);
            InetSocketAddress address = server.address();
            Files.writeString(file(device.name()), shown(address) + "\n");
        } catch (ErrnoException | IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} has no port for viewers: {1}", device.name(), e.getMessage());
            findings.add(new Finding(
                    "no-vnc-port",
                    Finding.Severity.WARNING,
                    device.name(),
                    "has no port for viewers: " + e.getMessage(),
                    "Name another first port with --vnc ADDR:PORT."));
        }
    }

    @Override
    public synchronized void removed(CoreDevice device) {
        RfbServer server = servers.remove(device.name());
        if (server != null) {
            end(device.name(), server);
        }
    }

    @Override
    public void close() {
        subscription.close();
        synchronized (this) {
            closed = true;
            servers.forEach(this::end);
            servers.clear();
        }
    }

    /** An address as viewers are given it. */
    public static String shown(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /**
     * Serves a feed on the first port that is free.
     *
     * @throws ErrnoException if none of a thousand is
     */
    public static RfbServer listen(DisplayFeed feed, Access access, InetSocketAddress first) {
        int port = first.getPort();
        while (true) {
            try {
                return RfbServer.listen(new InetSocketAddress(first.getAddress(), port), feed, access);
            } catch (ErrnoException e) {
                boolean isLast = port == 0 || port == 65535 || port == first.getPort() + TRIES;
                if (isLast) {
                    throw e;
                }
                port++;
            }
        }
    }

    private void end(String device, RfbServer server) {
        server.close();
        try {
            Files.deleteIfExists(file(device));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} stays: {1}", file(device), e);
        }
    }

    private Path file(String device) {
        return folder.resolve(device.replace('/', '!') + SUFFIX);
    }
}
