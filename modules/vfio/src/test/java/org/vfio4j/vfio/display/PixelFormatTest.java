/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.vfio.GfxPlane;

class PixelFormatTest {
    @ParameterizedTest
    @CsvSource({
        "XRGB8888, 0x00123456, 0x123456",
        "ARGB8888, 0x7f123456, 0x123456",
        "XBGR8888, 0x00563412, 0x123456",
        "ABGR8888, 0xff563412, 0x123456",
        "RGB565, 0xf800, 0xff0000",
        "RGB565, 0x07e0, 0x00ff00",
        "RGB565, 0x001f, 0x0000ff",
        "RGB565, 0x8410, 0x848284",
        "XRGB1555, 0x7c00, 0xff0000",
        "XRGB1555, 0x83e0, 0x00ff00",
        "XRGB1555, 0x001f, 0x0000ff",
    })
    void pixelsAreReadAsColours(PixelFormat format, String word, String rgb) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(8);
            memory.set(ValueLayout.JAVA_INT, 0, Long.decode(word).intValue());

            assertThat(format.rgb(memory, 0)).isEqualTo(Integer.decode(rgb));
        }
    }

    @Test
    void codesAreKnownByTheirLetters() {
        assertThat(PixelFormat.of(GfxPlane.XRGB8888)).contains(PixelFormat.XRGB8888);
        assertThat(PixelFormat.of(0)).isEmpty();
        assertThat(PixelFormat.letters(GfxPlane.XRGB8888)).isEqualTo("XR24");
        assertThat(PixelFormat.letters(0x01020304)).isEqualTo("....");
    }
}
