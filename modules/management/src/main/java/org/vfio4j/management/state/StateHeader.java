/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What stands before the state in its file, {@value #SIZE} bytes, little endian: magic {@code VFIO4JST}, u32 version, u32 length of the
 * description, u64 length of the state, its SHA-256, the description as JSON, and zeros.
 *
 * @param about whose state it is
 * @param length of the state, in bytes
 * @param digest of the state
 */
record StateHeader(StateAbout about, long length, ByteBuffer digest) {
    static final int SIZE = 4096;
    static final int DIGEST_SIZE = 32;

    private static final byte[] MAGIC = "VFIO4JST".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int TEXT = 8 + 4 + 4 + 8 + DIGEST_SIZE;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    StateHeader {
        byte[] bytes = new byte[DIGEST_SIZE];
        digest.duplicate().get(bytes);
        digest = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    @Override
    public ByteBuffer digest() {
        return digest.duplicate();
    }

    /** {@value #SIZE} bytes. */
    ByteBuffer write() {
        byte[] text = MAPPER.writeValueAsBytes(JsonNodeFactory.instance
                .objectNode()
                .put("device", about.device())
                .put("type", about.typeOrNull())
                .put("driver", about.driverOrNull())
                .put("host", about.host())
                .put("saved", about.saved()));
        if (text.length > SIZE - TEXT) {
            throw new StateFileException("the device's description has " + text.length + " bytes");
        }
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .putInt(VERSION)
                .putInt(text.length)
                .putLong(length)
                .put(digest())
                .put(text)
                .rewind();
    }

    /** Reads it from the file's begin; a {@link StateFileException} if it is none. */
    static StateHeader read(byte[] bytes) {
        if (bytes.length < SIZE || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new StateFileException("is no file of vfio state save");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(MAGIC.length);
        int version = in.getInt();
        if (version != VERSION) {
            throw new StateFileException(
                    "is of version " + Integer.toUnsignedString(version) + "; this release reads " + VERSION);
        }
        int size = in.getInt();
        long length = in.getLong();
        byte[] digest = new byte[DIGEST_SIZE];
        in.get(digest);
        if (size < 0 || size > SIZE - TEXT || length < 0) {
            throw new StateFileException("has a header that cannot be");
        }
        Cursor at = BoundedJson.parse(
                        Arrays.copyOfRange(bytes, TEXT, TEXT + size), "header", SIZE, StateFileException::new)
                .objectOf("device", "type", "driver", "host", "saved");
        StateAbout about = new StateAbout(
                at.at("device").text(),
                at.at("type").textOrNull(),
                at.at("driver").textOrNull(),
                at.at("host").text(),
                at.at("saved").text());
        return new StateHeader(about, length, ByteBuffer.wrap(digest));
    }
}
