/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.vfio.RegionInfo;

class RegisterRegionTest {
    /** Which accesses reach an 8-byte register, as {@code offset/size}. */
    private final List<String> accesses = new ArrayList<>();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 1  | 4 | 0/1",
                "0 | 8  | 4 | 0/4 4/4",
                "0 | 8  | 8 | 0/8",
                "0 | 16 | 8 | 0/8 8/8",
                "1 | 7  | 4 | 1/1 2/2 4/4",
                "1 | 8  | 8 | 1/1 2/2 4/4 8/1",
                "2 | 3  | 4 | 2/2 4/1",
                "3 | 6  | 8 | 3/1 4/4 8/1",
                "0 | 4  | 2 | 0/2 2/2",
                "0 | 3  | 1 | 0/1 1/1 2/1",
                "4 | 12 | 8 | 4/4 8/8",
                "0 | 0  | 8 | ''"
            })
    void anAccessIsCutIntoAlignedPieces(long offset, int count, int widest, String pieces) {
        assertThat(cut(offset, count, widest)).isEqualTo(pieces);
    }

    /** Exact registers at every offset of one size tell which pieces of that size came. */
    private String cut(long offset, int count, int widest) {
        for (int size = 1; size <= 8; size *= 2) {
            spyOn(size, offset, count, widest);
        }
        accesses.sort((a, b) -> Integer.compare(start(a), start(b)));
        return String.join(" ", accesses);
    }

    private void spyOn(int size, long offset, int count, int widest) {
        List<Register> registers = new ArrayList<>();
        for (int at = 0; at < 16; at += size) {
            String access = at + "/" + size;
            registers.add(Register.named(access, at, size).exact().onRead(() -> {
                accesses.add(access);
                return 0;
            }));
        }
        RegisterRegion region = RegisterRegion.of(0, RegisterSet.of(16, registers), widest, List.of());
        try (Arena arena = Arena.ofConfined()) {
            region.read(offset, arena.allocate(Math.max(1, count)), count);
        }
    }

    private static int start(String access) {
        return Integer.parseInt(access.substring(0, access.indexOf('/')));
    }

    @Test
    void whateverIsWrittenAnyWayIsReadBackAnyWay() {
        byte[] memory = new byte[64];
        RegisterRegion region =
                RegisterRegion.of(3, RegisterSet.of(64, List.of(Window.memory("memory", 0, memory))), 8, List.of());
        byte[] expected = new byte[64];
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < 2_000; i++) {
                int offset = random.nextInt(64);
                byte[] bytes = new byte[random.nextInt(64 - offset + 1)];
                random.nextBytes(bytes);
                MemorySegment from = arena.allocate(64);
                MemorySegment.copy(bytes, 0, from, ValueLayout.JAVA_BYTE, 0, bytes.length);
                System.arraycopy(bytes, 0, expected, offset, bytes.length);

                region.write(offset, from, bytes.length);

                MemorySegment back = arena.allocate(64);
                region.read(offset, back, bytes.length);
                assertThat(back.mismatch(from)).as("seed %d", seed).isEqualTo(-1);
            }
        }
        assertThat(memory).as("seed %d", seed).isEqualTo(expected);
    }

    @Test
    void itTellsWhatItIs() {
        RegisterRegion region = RegisterRegion.of(2, RegisterSet.of(4096, List.of()));

        assertThat(region.info()).isEqualTo(new RegionInfo(2, RegionInfo.READ | RegionInfo.WRITE, 4096));
        assertThat(region.file()).isEmpty();
    }
}
