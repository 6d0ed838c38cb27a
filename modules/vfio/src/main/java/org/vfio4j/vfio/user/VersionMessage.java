/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.vfio4j.linux.MalformedException;

/**
 * The payload of VERSION: u16 major, u16 minor, JSON with a NUL at its end.
 *
 * @param json empty if there was none
 */
record VersionMessage(int major, int minor, String json) {
    /** The protocol's version: 0.0 is all that QEMU takes. */
    static final int MAJOR = 0;

    static final int MINOR = 0;

    private static final int JSON = 4;

    /**
     * Reads a payload.
     *
     * @throws MalformedException if there is text behind the NUL, or no NUL
     */
    static VersionMessage read(MemorySegment payload) {
        if (payload.byteSize() < JSON) {
            throw new MalformedException("a version of " + payload.byteSize() + " bytes");
        }
        byte[] text = payload.asSlice(JSON).toArray(ValueLayout.JAVA_BYTE);
        int length = 0;
        while (length < text.length && text[length] != 0) {
            length++;
        }
        if (length != Math.max(0, text.length - 1)) {
            throw new MalformedException("the version's JSON does not end with a NUL");
        }
        return new VersionMessage(
                Wire.u16(payload, 0), Wire.u16(payload, 2), new String(text, 0, length, StandardCharsets.UTF_8));
    }

    /** Writes the payload and returns how long it is, in bytes. */
    int write(MemorySegment payload) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        Wire.put16(payload, 0, major);
        Wire.put16(payload, 2, minor);
        MemorySegment.copy(text, 0, payload, ValueLayout.JAVA_BYTE, JSON, text.length);
        payload.set(ValueLayout.JAVA_BYTE, JSON + (long) text.length, (byte) 0);
        return JSON + text.length + 1;
    }
}
