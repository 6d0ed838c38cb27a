/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.management.snapshot.SnapshotException;
import org.vfio4j.management.snapshot.SnapshotReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * A snapshot as one value of a store: {@code VF4J}, a byte that says the form (1), the JSON's length (four bytes, the highest first), and the JSON
 * compressed as zlib has it (RFC 1950), whose checksum ends it. The value may come from anybody.
 */
public final class SnapshotCodec {
    /** The longest value, in bytes: below etcd's own limit for a request, 1.5 MiB. */
    public static final int MAX_BYTES = 1 << 20;

    /** The longest JSON in a value: what a value says beyond this is not unpacked. */
    public static final int MAX_JSON = 32 << 20;

    private static final byte[] MAGIC = "VF4J".getBytes(StandardCharsets.US_ASCII);
    private static final byte FORM = 1;
    private static final int HEADER = MAGIC.length + 1 + Integer.BYTES;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private SnapshotCodec() {}

    /**
     * Packs a snapshot.
     *
     * @throws RefusedException E2BIG if it is too large to be published
     */
    public static byte[] write(Snapshot snapshot) {
        byte[] json = MAPPER.writeValueAsBytes(Json.snapshot(snapshot));
        if (json.length > MAX_JSON) {
            throw tooLarge(snapshot, "its JSON has " + json.length + " bytes of at most " + MAX_JSON);
        }
        byte[] room = new byte[MAX_BYTES];
        ByteBuffer.wrap(room).put(MAGIC).put(FORM).putInt(json.length);
        try (Deflater deflater = new Deflater(Deflater.BEST_SPEED)) {
            deflater.setInput(json);
            deflater.finish();
            int length = deflater.deflate(room, HEADER, room.length - HEADER);
            if (!deflater.finished()) {
                throw tooLarge(snapshot, "packed it has more than " + MAX_BYTES + " bytes");
            }
            return Arrays.copyOf(room, HEADER + length);
        }
    }

    /**
     * Reads a snapshot.
     *
     * @throws SnapshotException what is wrong with it
     */
    public static Snapshot read(byte[] value) {
        return SnapshotReader.read(unpack(value));
    }

    private static byte[] unpack(byte[] value) {
        if (value.length > MAX_BYTES) {
            throw new SnapshotException("value", "has " + value.length + " bytes of at most " + MAX_BYTES);
        }
        if (value.length < HEADER || !Arrays.equals(value, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new SnapshotException("value", "does not begin as a snapshot that vfio agent publishes");
        }
        if (value[MAGIC.length] != FORM) {
            throw new SnapshotException(
                    "value",
                    "form " + value[MAGIC.length] + " is not one that this release reads (" + FORM
                            + "): update vfio4j");
        }
        int length = ByteBuffer.wrap(value).getInt(MAGIC.length + 1);
        if (length < 0 || length > MAX_JSON) {
            throw new SnapshotException("value", "says that its JSON has more than " + MAX_JSON + " bytes");
        }
        return inflate(value, length);
    }

    /** Room is made as it is filled: a length that is a lie costs nothing. */
    private static byte[] inflate(byte[] value, int length) {
        byte[] json = new byte[Math.min(length, 4 * value.length + 1024)];
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(value, HEADER, value.length - HEADER);
            int done = 0;
            while (done < length) {
                if (done == json.length) {
                    json = Arrays.copyOf(json, (int) Math.min(length, 2L * json.length));
                }
                int n = inflater.inflate(json, done, json.length - done);
                if (n == 0) {
                    throw new SnapshotException("value", "is cut short: " + done + " bytes of JSON of " + length);
                }
                done += n;
            }
            byte[] more = new byte[1];
            if (inflater.inflate(more) != 0 || !inflater.finished()) {
                throw new SnapshotException("value", "has more than the " + length + " bytes of JSON that it says");
            }
            if (inflater.getRemaining() != 0) {
                throw new SnapshotException("value", "has " + inflater.getRemaining() + " bytes after its end");
            }
            return json;
        } catch (DataFormatException e) {
            throw new SnapshotException("value", "cannot be unpacked: " + e.getMessage());
        }
    }

    private static RefusedException tooLarge(Snapshot snapshot, String why) {
        return new RefusedException(
                Errno.E2BIG,
                snapshot.hostName() + " has too much to be published: " + why,
                "It has " + snapshot.probes().size() + " devices. A folder of snapshots takes more than etcd does.");
    }
}
