/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.user.ConnectionLostException;
import org.vfio4j.vfio.user.VfioUserDevice;

/** Devices on vfio-user sockets, whoever serves them: each is called as its socket. */
public final class SocketHost implements Host {
    private final List<Path> sockets;

    public SocketHost(List<Path> sockets) {
        this.sockets = List.copyOf(sockets);
    }

    @Override
    public String kind() {
        return "vfio-user";
    }

    @Override
    public Machine machine() {
        return Machine.of(Root.ofThisMachine());
    }

    @Override
    public Inventory types() {
        return new Inventory(List.of(), List.of(), List.of());
    }

    /** Whether somebody uses a device is known to its server only. */
    @Override
    public Inventory inventory() {
        return new Inventory(List.of(), sockets.stream().map(SocketHost::shown).toList(), List.of());
    }

    @Override
    public Optional<HostDevice> find(String name) {
        return sockets.stream()
                .filter(socket -> socket.toString().equals(name))
                .findFirst()
                .map(SocketHost::shown);
    }

    @Override
    public VfioDevice open(HostDevice device) {
        String path = device.name();
        VfioUserDevice opened;
        try {
            opened = VfioUserDevice.connect(Path.of(path));
        } catch (ErrnoException e) {
            throw new OpenException(OpenException.Step.OPEN, e.errno(), "connect " + path);
        }
        try {
            opened.info();
            return opened;
        } catch (ErrnoException e) {
            opened.close();
            OpenException.Step step = e instanceof ConnectionLostException || e.errno() == Errno.EBUSY
                    ? OpenException.Step.OPEN
                    : OpenException.Step.DEVICE;
            throw new OpenException(step, e.errno(), "DEVICE_GET_INFO " + path);
        }
    }

    @Override
    public void close() {}

    private static HostDevice shown(Path socket) {
        return new HostDevice(
                socket.toString(),
                DeviceKind.VFIO_USER,
                null,
                null,
                null,
                null,
                true,
                null,
                null,
                Usage.UNKNOWN,
                null,
                socket.toString(),
                null);
    }
}
