/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

/** What occupies a range of a {@link RegisterSet}: one register, or a window of bytes. */
public sealed interface Cell permits Register, Window {
    /** What the device's manual calls it. */
    String name();

    /** Where it starts in its set, in bytes. */
    int offset();

    /** How many bytes it occupies. */
    int size();

    /** Whether an access of {@code width} bytes at {@code offset} of the set reaches it, given that the two overlap. */
    boolean answers(int offset, int width);

    /**
     * Reads a part of it, with the side effects a read has.
     *
     * @param skip the part's first byte, from the cell's start
     * @param count of bytes in the part, 1 to 8
     * @return the part's bytes, little endian
     */
    long readPart(int skip, int count);

    /**
     * Writes a part of it, with the side effects a write has.
     *
     * @param skip the part's first byte, from the cell's start
     * @param count of bytes in the part, 1 to 8
     * @param bytes the part's bytes, little endian; higher bits are ignored
     */
    void writePart(int skip, int count, long bytes);

    /** Back to the state after creation, without side effects. */
    void reset();
}
