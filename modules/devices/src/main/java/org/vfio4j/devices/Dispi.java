/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.pci.Register;

/**
 * The display registers of the Bochs VBE extension, as QEMU's standard VGA has them (QEMU's {@code docs/specs/standard-vga.rst}): 16 bits
 * each, and accesses of any other width are ignored.
 */
final class Dispi {
    /** Where they are in BAR 2. */
    private static final int OFFSET = 0x500;

    /** The interface's version 5, whose low nibble the guest does not look at. */
    private static final int ID = 0xb0c5;

    private static final int ENABLED = 1;
    private static final int SUPPORTED_DEPTH = 32;
    private static final int BYTES_PER_PIXEL = 4;
    private static final int SMALLEST_SIDE = 64;
    private static final int MEMORY_UNIT = 64 * 1024;
    private static final int ALL = 0xffff;

    private final List<Register> registers = new ArrayList<>();
    private final Register width;
    private final Register height;
    private final Register depth;
    private final Register enable;
    private final Register virtualWidth;
    private final Register x;
    private final Register y;
    private final long memory;

    /** The registers of a device with this many bytes of video memory. */
    Dispi(long memory) {
        this.memory = memory;
        add("id").initially(ID);
        width = add("xres").writable(ALL);
        height = add("yres").writable(ALL);
        depth = add("bpp").writable(ALL);
        enable = add("enable").writable(ALL);
        add("bank").writable(ALL);
        virtualWidth = add("virtual width").writable(ALL);
        add("virtual height").writable(ALL);
        x = add("x offset").writable(ALL);
        y = add("y offset").writable(ALL);
        add("video memory").initially(memory / MEMORY_UNIT);
    }

    private Register add(String name) {
        Register register = Register.named(name, OFFSET + registers.size() * Short.BYTES, Short.BYTES)
                .exact();
        registers.add(register);
        return register;
    }

    List<Register> registers() {
        return List.copyOf(registers);
    }

    /**
     * A picture in the video memory.
     *
     * @param stride bytes from a line to the next
     * @param offset of its first byte
     */
    record Mode(int width, int height, int stride, long offset) {
        /** In bytes. */
        long size() {
            return (long) stride * height;
        }

        GfxPlane plane(int id) {
            return GfxPlane.primary(GfxPlane.XRGB8888, width, height, stride, Math.toIntExact(size()), id);
        }
    }

    /** What the registers show; empty while the display is off or they make no picture that fits in the memory. */
    Optional<Mode> mode() {
        if ((enable.value() & ENABLED) == 0
                || depth.value() != SUPPORTED_DEPTH
                || width.value() < SMALLEST_SIDE
                || height.value() < SMALLEST_SIDE) {
            return Optional.empty();
        }
        // 16-bit values: none of the products below can overflow.
        int stride = (int) Math.max(virtualWidth.value(), width.value()) * BYTES_PER_PIXEL;
        long offset = x.value() * BYTES_PER_PIXEL + y.value() * stride;
        Mode mode = new Mode((int) width.value(), (int) height.value(), stride, offset);
        return offset + mode.size() <= memory ? Optional.of(mode) : Optional.empty();
    }
}
