/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.vfio4j.linux.Native.INT;
import static org.vfio4j.linux.Native.LONG;
import static org.vfio4j.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells those who listen through libudev, in this network namespace, that a device has come or gone: what udevd does after it has handled
 * the kernel's event. libudev believes root only.
 */
public final class UdevEvents implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int NETLINK_KOBJECT_UEVENT = 15;
    /** {@code UDEV_MONITOR_UDEV} of {@code libudev-monitor.c}: the multicast group of udevd's messages. */
    static final int UDEV_GROUP = 2;
    /** {@code struct sockaddr_nl}: u16 family, u16 padding, u32 port, u32 groups. */
    static final int ADDRESS_SIZE = 12;

    /** {@code struct monitor_netlink_header} of {@code sd-device/device-monitor.c}. */
    private static final int HEADER_SIZE = 40;

    private static final int MAGIC = 0xfeedcafe;

    private static final int ENOBUFS = 105;

    private static final MethodHandle SOCKET = Native.libc("socket", FunctionDescriptor.of(INT, INT, INT, INT));
    private static final MethodHandle SENDTO =
            Native.libc("sendto", FunctionDescriptor.of(LONG, INT, POINTER, LONG, INT, POINTER, INT));

    private final Fd socket;
    private final InstantSource clock;
    private final AtomicLong sequence = new AtomicLong();

    private UdevEvents(Fd socket, InstantSource clock) {
        this.socket = socket;
        this.clock = clock;
    }

    /** Opens the way to the listeners; any user may, but only root may send. */
    public static UdevEvents open(InstantSource clock) {
        return new UdevEvents(socket(), clock);
    }

    static Fd socket() {
        try {
            // SAFETY: no memory is passed.
            int n = (int) SOCKET.invokeExact(
                    Native.state(), AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
            return Fd.take(Native.check(n, "socket", "netlink uevent"), "netlink uevent");
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /**
     * Sends one message.
     *
     * @param action such as {@code add}, {@code remove} or {@code bind}
     * @param devpath the device's directory, relative to {@code /sys} and with a slash before it, such as {@code /devices/virtual/mdpy/mdpy}
     * @param subsystem such as {@code mdev}
     * @param properties what else the message is to say, such as {@code DRIVER}
     * @return false if nobody listened
     * @throws LinuxException EPERM if this user may not send
     */
    public boolean send(String action, String devpath, String subsystem, Map<String, String> properties) {
        byte[] message = message(action, devpath, subsystem, properties);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_BYTE, message);
            MemorySegment address = address(arena, UDEV_GROUP);
            long n;
            do {
                // SAFETY: data and address have the given sizes and live until the arena closes, after the call.
                n = (long) SENDTO.invokeExact(
                        Native.state(), socket.number(), data, data.byteSize(), 0, address, ADDRESS_SIZE);
            } while (Native.interrupted(n));
            // ENOBUFS is a listener that does not keep up: it is told so by the kernel.
            if (n == -1 && (Native.errno() == Errno.ECONNREFUSED || Native.errno() == ENOBUFS)) {
                return Native.errno() == ENOBUFS;
            }
            Native.check(n, "sendto", "udev listeners");
            return true;
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    static MemorySegment address(Arena arena, int groups) {
        MemorySegment address = arena.allocate(ADDRESS_SIZE, Integer.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
        address.set(ValueLayout.JAVA_INT, 8, groups);
        return address;
    }

    private byte[] message(String action, String devpath, String subsystem, Map<String, String> more) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("ACTION", action);
        properties.put("DEVPATH", devpath);
        properties.put("SUBSYSTEM", subsystem);
        properties.putAll(more);
        properties.put("SEQNUM", Long.toString(sequence.incrementAndGet()));
        properties.put("USEC_INITIALIZED", Long.toString(clock.millis() * 1000));
        StringBuilder text = new StringBuilder();
        properties.forEach((key, value) ->
                text.append(checked(key)).append('=').append(checked(value)).append('\0'));
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        return header(subsystem, body.length).put(body).array();
    }

    /** Sizes are in the machine's order, the magic number and the hashes in the network's. No devtype and no tags: their hashes are 0. */
    private static ByteBuffer header(String subsystem, int length) {
        ByteBuffer message = ByteBuffer.allocate(HEADER_SIZE + length);
        message.put("libudev\0".getBytes(StandardCharsets.US_ASCII));
        message.order(ByteOrder.BIG_ENDIAN).putInt(MAGIC);
        message.order(ByteOrder.nativeOrder())
                .putInt(HEADER_SIZE)
                .putInt(HEADER_SIZE)
                .putInt(length);
        message.order(ByteOrder.BIG_ENDIAN).putInt(MurmurHash2.hash(subsystem.getBytes(StandardCharsets.UTF_8)));
        return message.position(HEADER_SIZE);
    }

    private static String checked(String text) {
        if (text.indexOf('\0') >= 0 || text.indexOf('\n') >= 0) {
            throw new LinuxException(Errno.EINVAL, "udev message with a NUL or newline", text.replace('\0', '?'));
        }
        return text;
    }

    @Override
    public void close() {
        socket.close();
    }
}
