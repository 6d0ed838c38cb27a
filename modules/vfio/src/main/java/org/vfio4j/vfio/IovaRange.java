/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import org.vfio4j.linux.Errno;

/**
 * I/O virtual addresses, as a device uses them, from {@code first} to {@code last}; both belong to it, and both are unsigned.
 *
 * @param first the lowest address
 * @param last the highest address
 */
public record IovaRange(long first, long last) {
    /** Every address there is. */
    public static final IovaRange ALL = new IovaRange(0, -1);

    /** EINVAL for a range that ends before it begins. */
    public IovaRange {
        if (Long.compareUnsigned(first, last) > 0) {
            throw new VfioException(Errno.EINVAL, "addresses from " + hex(first) + " to " + hex(last));
        }
    }

    /**
     * {@code length} bytes at {@code iova}.
     *
     * @throws VfioException EINVAL for no bytes, EOVERFLOW where they end behind the address space
     */
    public static IovaRange of(long iova, long length) {
        if (length == 0) {
            throw new VfioException(Errno.EINVAL, "no bytes at " + hex(iova));
        }
        long last = iova + (length - 1);
        if (Long.compareUnsigned(last, iova) < 0) {
            throw new VfioException(
                    Errno.EOVERFLOW, hex(length) + " bytes at " + hex(iova) + " end behind the address space");
        }
        return new IovaRange(iova, last);
    }

    /** In bytes, unsigned; 0 for {@link #ALL}, whose length has no number. */
    public long length() {
        return last - first + 1;
    }

    /** Whether every address of {@code other} is in this one. */
    public boolean contains(IovaRange other) {
        return Long.compareUnsigned(first, other.first) <= 0 && Long.compareUnsigned(other.last, last) <= 0;
    }

    /** Whether some address is in both. */
    public boolean overlaps(IovaRange other) {
        return Long.compareUnsigned(first, other.last) <= 0 && Long.compareUnsigned(other.first, last) <= 0;
    }

    @Override
    public String toString() {
        return hex(first) + ".." + hex(last);
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
