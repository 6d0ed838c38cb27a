/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * Whose state a stream of a device with memory is, as the stream's header tells it. The stream, all of it little endian:
 *
 * <pre>
 * header, 64 bytes: u64 magic "VFIO4JST", u32 version of this format, u32 version of the device's state, char[32] type,
 *                   u64 bytes of memory, u32 0, u32 CRC
 * record, 24 bytes: u32 kind, u32 length, u64 offset, u32 0, u32 CRC; then its payload
 *   1 pages: length bytes of memory that lie at offset
 *   2 zeros: no payload; length bytes of memory at offset are 0
 *   3 end:   length bytes of the device's registers, laid out by the device; nothing follows
 * </pre>
 *
 * <p>Offsets and lengths of memory are whole pages of 4096 bytes, and before the end each page has come at least once; a later one wins. A CRC is
 * CRC-32C of all that came in the stream so far but for earlier CRC fields, with the record's payload: a record that is lost or comes twice is
 * found as a flipped bit is.
 *
 * @param type of the device, at most 32 characters of ASCII
 * @param version of what the device keeps in its registers' part
 * @param memory in bytes, whole pages, less than 4 GiB
 */
public record MemoryState(String type, int version, long memory) {
    static final int PAGE = 4096;
    static final int HEADER_SIZE = 64;
    static final int RECORD_SIZE = 24;
    /** The CRC is the last field of both. */
    static final int CRC_SIZE = Integer.BYTES;

    /** The most memory that one record of pages has, in bytes. */
    static final int MAX_PAGES = 64 * PAGE;

    /** The most that a device's registers take, in bytes. */
    static final int MAX_REGISTERS = 1 << 16;

    static final int PAGES = 1;
    static final int ZEROS = 2;
    static final int END = 3;

    private static final long MAGIC = 0x54534a344f494656L;
    private static final int FORMAT = 1;
    private static final int TYPE_SIZE = 32;
    private static final long MAX_MEMORY = (1L << 32) - PAGE;

    public MemoryState {
        boolean ascii = type.chars().allMatch(c -> c > ' ' && c <= '~');
        if (type.isEmpty() || type.length() > TYPE_SIZE || !ascii) {
            throw new IllegalArgumentException("a type called '" + type + "'");
        }
        if (memory <= 0 || memory % PAGE != 0 || memory > MAX_MEMORY) {
            throw new IllegalArgumentException(memory + " bytes of memory");
        }
    }

    int pages() {
        return (int) (memory / PAGE);
    }

    /** Puts the header, and has {@code crc} begin with it. */
    void write(ByteBuffer out, CRC32C crc) {
        int start = out.position();
        byte[] name = new byte[TYPE_SIZE];
        byte[] ascii = type.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, name, 0, ascii.length);
        out.putLong(MAGIC)
                .putInt(FORMAT)
                .putInt(version)
                .put(name)
                .putLong(memory)
                .putInt(0);
        crc.update(out.duplicate().flip().position(start));
        out.putInt((int) crc.getValue());
    }

    /** Refuses a header that is not this one with EFAULT, as the kernel's mtty does; else has {@code crc} begin with it. */
    void check(ByteBuffer header, CRC32C crc) {
        ByteBuffer own = ByteBuffer.allocate(HEADER_SIZE).order(header.order());
        write(own, crc);
        if (!own.flip().equals(header)) {
            throw new VfioException(
                    Errno.EFAULT, "not the saved state of a " + type + " in version " + version + "; " + told(header));
        }
    }

    private static String told(ByteBuffer header) {
        if (header.getLong(0) != MAGIC) {
            return "its first bytes are not those of a state";
        }
        if (header.getInt(Long.BYTES) != FORMAT) {
            return "its format has the version " + Integer.toUnsignedString(header.getInt(Long.BYTES));
        }
        return "its header names another type, version or size, or is damaged";
    }
}
