/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** MurmurHash2 by Austin Appleby (public domain) with seed 0: {@code string_hash32} of libudev, by which listeners filter subsystems. */
final class MurmurHash2 {
    private static final int M = 0x5bd1e995;
    private static final int R = 24;

    private MurmurHash2() {}

    static int hash(byte[] key) {
        ByteBuffer data = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
        int h = key.length;
        while (data.remaining() >= Integer.BYTES) {
            int k = data.getInt() * M;
            k ^= k >>> R;
            h = h * M ^ k * M;
        }
        if (data.hasRemaining()) {
            for (int shift = 0; data.hasRemaining(); shift += Byte.SIZE) {
                h ^= (data.get() & 0xff) << shift;
            }
            h *= M;
        }
        h ^= h >>> 13;
        h *= M;
        return h ^ h >>> 15;
    }
}
