/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * What an mtty is, as the kernel's mtty saves it: a header of 24 bytes (u64 magic, u32 major, minor, ports, flags), then the ports; little
 * endian. The version is the header's.
 */
record MttyState(List<UartState> ports) {
    static final int HEADER_SIZE = 24;

    private static final long MAGIC = 0x7e9d09898c3e2c4eL;
    private static final int MAJOR = 1;
    private static final int MINOR = 0;
    private static final int FLAGS = 0;

    MttyState {
        ports = List.copyOf(ports);
    }

    /** Bytes of the whole stream of a device with this many ports. */
    static int size(int ports) {
        return HEADER_SIZE + ports * UartState.SIZE;
    }

    /** What the state of a device with this many ports is called. */
    static String version(int ports) {
        return "mtty " + MAJOR + "." + MINOR + " ports=" + ports;
    }

    /** The stream's first part, which is known while the device still runs. */
    static byte[] header(int ports) {
        byte[] header = new byte[HEADER_SIZE];
        littleEndian(header)
                .putLong(MAGIC)
                .putInt(MAJOR)
                .putInt(MINOR)
                .putInt(ports)
                .putInt(FLAGS);
        return header;
    }

    /** The stream's second part. */
    byte[] body() {
        byte[] body = new byte[ports.size() * UartState.SIZE];
        ByteBuffer out = littleEndian(body);
        ports.forEach(port -> port.write(out));
        return body;
    }

    /** EFAULT unless the stream is one of this version for a device with this many ports. */
    static void checkHeader(byte[] header, int ports) {
        if (!ByteBuffer.wrap(header(ports)).equals(ByteBuffer.wrap(header, 0, HEADER_SIZE))) {
            throw new VfioException(Errno.EFAULT, "not the saved state of an mtty with " + ports + " ports");
        }
    }

    /** Reads a whole stream; EFAULT for a wrong header, EINVAL for a port that cannot be. */
    static MttyState read(byte[] stream, int ports) {
        if (stream.length != size(ports)) {
            throw new VfioException(Errno.EINVAL, "a saved state of " + stream.length + " bytes, not " + size(ports));
        }
        checkHeader(stream, ports);
        ByteBuffer in = littleEndian(stream).position(HEADER_SIZE);
        List<UartState> read = new ArrayList<>();
        for (int i = 0; i < ports; i++) {
            read.add(UartState.read(in));
        }
        return new MttyState(read);
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
