/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** What a viewer sends, in RFB's big-endian numbers. For one thread. */
final class ClientInput {
    private static final int SIZE = 4096;

    private final InputStream in;
    private final byte[] buffer = new byte[SIZE];
    private int at;
    private int end;

    ClientInput(InputStream in) {
        this.in = in;
    }

    int u8() throws IOException {
        if (at == end) {
            fill();
        }
        return buffer[at++] & 0xff;
    }

    int u16() throws IOException {
        return u8() << 8 | u8();
    }

    int s32() throws IOException {
        return u16() << 16 | u16();
    }

    void skip(long count) throws IOException {
        long left = count;
        while (left > 0) {
            if (at == end) {
                fill();
            }
            int step = (int) Math.min(left, end - at);
            at += step;
            left -= step;
        }
    }

    byte[] bytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) u8();
        }
        return bytes;
    }

    private void fill() throws IOException {
        int count = in.read(buffer);
        if (count <= 0) {
            throw new EOFException("the viewer has gone");
        }
        at = 0;
        end = count;
    }
}
