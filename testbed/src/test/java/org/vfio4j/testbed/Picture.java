/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.vfio4j.linux.Mapping;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.VfioDevice;

/**
 * What a device shows, as a display takes it: the plane is queried and its memory mapped.
 */
final class Picture {
    private static final long PATIENCE = Duration.ofSeconds(60).toNanos();
    private static final long PAUSE = Duration.ofMillis(20).toNanos();

    private final int width;
    private final int height;
    private final byte[] pixels;

    private Picture(int width, int height, byte[] pixels) {
        this.width = width;
        this.height = height;
        this.pixels = pixels;
    }

    /** The plane's bytes, line after line, four a pixel. */
    byte[] pixels() {
        return pixels;
    }

    /** The plane of a device that hands out dma-bufs. */
    static Picture ofDmabuf(VfioDevice device) {
        GfxPlane plane = device.queryGfxPlane(GfxPlane.DMABUF);
        assertThat(plane).as("the guest shows something").isNotEqualTo(GfxPlane.NONE);
        try (Dmabuf dmabuf = device.gfxDmabuf(plane.id());
                Mapping mapping = Mapping.readOnly(dmabuf.fd(), dmabuf.offset(), plane.size())) {
            return of(plane, mapping);
        }
    }

    /** The plane of a device that has it in a region. */
    static Picture ofRegion(VfioDevice device) {
        GfxPlane plane = device.queryGfxPlane(GfxPlane.REGION);
        try (RegionFile file = device.regionFile(plane.id());
                Mapping mapping = file.map(new RegionCapability.Area(0, plane.size()))) {
            return of(plane, mapping);
        }
    }

    private static Picture of(GfxPlane plane, Mapping mapping) {
        assertThat(plane.format()).isEqualTo(GfxPlane.XRGB8888);
        assertThat(plane.stride()).isEqualTo(plane.width() * Integer.BYTES);
        byte[] bytes = mapping.segment().toArray(ValueLayout.JAVA_BYTE);
        return new Picture(plane.width(), plane.height(), Arrays.copyOf(bytes, plane.stride() * plane.height()));
    }

    /** Waits, within a bound, until a dma-buf's plane is exactly this: what a guest draws goes through its kernel's worker. */
    static void awaitDmabuf(VfioDevice device, byte[] pixels) {
        long end = System.nanoTime() + PATIENCE;
        while (!Arrays.equals(ofDmabuf(device).pixels(), pixels) && System.nanoTime() < end) {
            LockSupport.parkNanos(PAUSE);
        }
        ofDmabuf(device).assertShows(pixels);
    }

    /** Fails with the place of the first pixel that is not as expected. */
    void assertShows(byte[] expected) {
        int first = Arrays.mismatch(pixels, expected);
        assertThat(first)
                .as("first byte that differs, of a picture of %d x %d", width, height)
                .isEqualTo(-1);
    }

    /** A test picture in which no two lines are the same: the numbers from 1 on, each with a newline. {@link #drawing} makes the guest draw it. */
    static byte[] numbers(int size) {
        StringBuilder text = new StringBuilder(size + Long.BYTES);
        IntStream.iterate(1, n -> text.length() < size, n -> n + 1)
                .forEach(n -> text.append(n).append('\n'));
        return Arrays.copyOf(text.toString().getBytes(StandardCharsets.US_ASCII), size);
    }

    /** The same as pixels of 0xRRGGBB. */
    static int[] pixels(int size) {
        int[] pixels = new int[size / Integer.BYTES];
        ByteBuffer.wrap(numbers(size))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer()
                .get(pixels);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] &= 0xffffff;
        }
        return pixels;
    }

    /** The guest's command that draws {@link #numbers} on a frame buffer such as {@code fb0}. */
    static String drawing(String frameBuffer, int size) {
        return "seq 1 " + size + into(frameBuffer, size);
    }

    /** The guest's command that draws black on a frame buffer. */
    static String blanking(String frameBuffer, int size) {
        return "cat /dev/zero" + into(frameBuffer, size);
    }

    /** In large pieces: what is written in pieces shorter than a line, Linux 6.12 does not show, on QEMU's own bochs-display neither. */
    private static String into(String frameBuffer, int size) {
        return " | head -c " + size + " | dd of=/dev/" + frameBuffer + " bs=64k iflag=fullblock 2>&1";
    }
}
