/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import java.util.function.IntUnaryOperator;

/** A run of bytes in a {@link RegisterSet} that have no meaning of their own as registers: a blob, a text, a view of something elsewhere. */
public final class Window implements Cell {
    /** What takes a written byte. */
    @FunctionalInterface
    private interface ByteSink {
        void accept(int index, byte value);
    }

    private final String name;
    private final int offset;
    private final int size;
    private final IntUnaryOperator source;
    private final ByteSink sink;

    private Window(String name, int offset, int size, IntUnaryOperator source, ByteSink sink) {
        if (offset < 0 || size <= 0) {
            throw new IllegalArgumentException("window " + name + " at " + offset + " of " + size + " bytes");
        }
        this.name = name;
        this.offset = offset;
        this.size = size;
        this.source = source;
        this.sink = sink;
    }

    /** Bytes that never change. */
    public static Window constant(String name, int offset, byte[] content) {
        byte[] bytes = content.clone();
        return new Window(name, offset, bytes.length, i -> bytes[i], (i, value) -> {});
    }

    /** Bytes that are written and read back: {@code memory} itself, which the device shares. A reset leaves them as they are. */
    public static Window memory(String name, int offset, byte[] memory) {
        return new Window(name, offset, memory.length, i -> memory[i], (i, value) -> memory[i] = value);
    }

    /** Bytes that {@code source} computes from their index in the window at each read; writes are ignored. */
    public static Window view(String name, int offset, int size, IntUnaryOperator source) {
        return new Window(name, offset, size, source, (i, value) -> {});
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int offset() {
        return offset;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean answers(int at, int width) {
        return true;
    }

    @Override
    public long readPart(int skip, int count) {
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes |= (source.applyAsInt(skip + i) & 0xffL) << (i * Byte.SIZE);
        }
        return bytes;
    }

    @Override
    public void writePart(int skip, int count, long bytes) {
        for (int i = 0; i < count; i++) {
            sink.accept(skip + i, (byte) (bytes >>> (i * Byte.SIZE)));
        }
    }

    @Override
    public void reset() {}
}
