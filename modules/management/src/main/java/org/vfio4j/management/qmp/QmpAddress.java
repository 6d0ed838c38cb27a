/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.qmp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.InvalidPathException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;

/**
 * Where a QEMU listens for QMP, in its own words: {@code unix:PATH} or {@code tcp:HOST:PORT}; a path alone is a UNIX socket.
 *
 * @param text as it was written
 * @param address of it
 */
public record QmpAddress(String text, SocketAddress address) {
    private static final String UNIX = "unix:";
    private static final Pattern TCP = Pattern.compile("tcp:(\\[[0-9a-fA-F:.]+]|[^:\\[\\]]+):(\\d{1,5})");
    private static final int MAX_PORT = 65_535;

    /** Reads it; empty if it is none. */
    public static Optional<QmpAddress> parse(String text) {
        Matcher tcp = TCP.matcher(text);
        if (tcp.matches()) {
            int port = Integer.parseInt(tcp.group(2));
            String host = tcp.group(1);
            return port == 0 || port > MAX_PORT
                    ? Optional.empty()
                    : Optional.of(new QmpAddress(text, new InetSocketAddress(host, port)));
        }
        String path = text.startsWith(UNIX) ? text.substring(UNIX.length()) : text;
        if (path.isEmpty() || text.startsWith("tcp:") || path.indexOf(',') >= 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(new QmpAddress(text, UnixDomainSocketAddress.of(path)));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Whether it is a socket of this machine, where "nobody listens" means that QEMU has ended. */
    public boolean isLocal() {
        return address instanceof UnixDomainSocketAddress;
    }

    /**
     * Connects.
     *
     * @throws RefusedException ECONNREFUSED where nobody listens
     */
    SocketChannel connect() {
        try {
            SocketChannel channel = isLocal() ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
            try {
                channel.connect(address);
                return channel;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | java.nio.channels.UnresolvedAddressException e) {
            throw new RefusedException(
                    Errno.ECONNREFUSED,
                    "no QEMU answers on " + text + ": " + e.getMessage(),
                    "Start QEMU with -qmp " + (isLocal() ? UNIX + "PATH" : text)
                            + ",server=on,wait=off and name that here. A QMP socket has one client at a time.");
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
