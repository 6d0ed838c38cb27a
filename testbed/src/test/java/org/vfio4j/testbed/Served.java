/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.user.DeviceSource;
import org.vfio4j.vfio.user.VfioUserServer;

/** A device of ours on a socket. The test may use it beside the guest: every call has the device for itself. */
final class Served implements AutoCloseable {
    private final Path socket;
    private final VfioDevice original;
    private final VfioDevice device;
    private final VfioUserServer server;

    private Served(Path socket, VfioDevice original) {
        this.socket = socket;
        this.original = original;
        this.device = oneAtATime(original);
        this.server = VfioUserServer.listen(socket, DeviceSource.of(device), false);
    }

    /** Serves a new device of that sample type in {@code folder}. */
    static Served sample(Path folder, String type) {
        Sample sample = Sample.ALL.stream()
                .filter(s -> s.type().equals(type))
                .findFirst()
                .orElseThrow();
        return of(folder.resolve(type), Side.OURS.open(sample));
    }

    /** Serves a device on {@code socket}, and closes it at the end. */
    static Served of(Path socket, VfioDevice device) {
        return new Served(socket, device);
    }

    Path socket() {
        return socket;
    }

    VfioDevice device() {
        return device;
    }

    private static VfioDevice oneAtATime(VfioDevice device) {
        return (VfioDevice) Proxy.newProxyInstance(
                VfioDevice.class.getClassLoader(), new Class<?>[] {VfioDevice.class}, (proxy, method, arguments) -> {
                    try {
                        synchronized (device) {
                            return method.invoke(device, arguments);
                        }
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public void close() {
        server.close();
        original.close();
    }
}
