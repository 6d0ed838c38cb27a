/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class MappingTest {
    private static final int PAGE = 4096;
    private static final String NAME = "mapping-test";

    @AutoClose
    private final Fd memory = Memfd.create(NAME, 2 * PAGE);

    @Test
    void twoMappingsOfAFileShareItsBytes() {
        try (Mapping one = Mapping.readWrite(memory, 0, 2 * PAGE);
                Mapping two = Mapping.readOnly(memory, PAGE, PAGE)) {
            one.segment().set(ValueLayout.JAVA_INT, PAGE + 8, 0x12345678);

            assertThat(two.segment().get(ValueLayout.JAVA_INT, 8)).isEqualTo(0x12345678);
            assertThat(two.segment().byteSize()).isEqualTo(PAGE);
        }
    }

    @Test
    void memoryOfOnesOwnIsThereAndZero() throws IOException {
        long size = 16L << 20;
        try (Mapping memory = Mapping.anonymous(size)) {
            assertThat(resident(memory)).isGreaterThanOrEqualTo(size);
            assertThat(memory.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
            memory.segment().set(ValueLayout.JAVA_INT, size - 4, 7);

            assertThat(memory.segment().get(ValueLayout.JAVA_INT, size - 4)).isEqualTo(7);
        }
    }

    @Test
    void pagesOfAFileAreFoundAtOnceAndKeepWhatTheyHold() throws IOException {
        long size = 4L << 20;
        try (Fd file = Memfd.create(NAME + "-populated", size)) {
            try (Mapping writer = Mapping.readWrite(file, 0, size)) {
                writer.segment().set(ValueLayout.JAVA_INT, size - 4, 7);
            }
            try (Mapping mapping = Mapping.readWrite(file, 0, size)) {
                assertThat(resident(mapping)).isZero();

                Mapping.populate(mapping.segment());

                assertThat(resident(mapping)).isEqualTo(size);
                assertThat(mapping.segment().get(ValueLayout.JAVA_INT, size - 4))
                        .isEqualTo(7);
            }
        }
    }

    @Test
    void thereIsNothingToFindOfTheHeap() {
        MemorySegment heap = MemorySegment.ofArray(new byte[] {1, 2, 3});

        Mapping.populate(heap);

        assertThat(heap.toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3);
    }

    @Test
    void moreMemoryThanThereIsIsRefused() {
        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(() -> Mapping.anonymous(1L << 46))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM));
    }

    /** How much of it the process has in memory, in bytes, as the kernel tells. */
    private static long resident(Mapping mapping) throws IOException {
        long end = mapping.segment().address() + mapping.segment().byteSize();
        long resident = 0;
        boolean inside = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            Matcher range = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) .*").matcher(line);
            if (range.matches()) {
                inside = Long.parseUnsignedLong(range.group(1), 16)
                                <= mapping.segment().address()
                        && Long.parseUnsignedLong(range.group(2), 16) >= end;
            } else if (inside && line.startsWith("Rss:")) {
                resident = Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        return resident;
    }

    @Test
    void aReadOnlyMappingRefusesWrites() {
        try (Mapping mapping = Mapping.readOnly(memory, 0, PAGE)) {
            assertThat(mapping.segment().isReadOnly()).isTrue();
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> mapping.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
        }
    }

    @Test
    void accessAfterCloseIsRefusedInEveryThread() throws Exception {
        Mapping mapping = Mapping.readWrite(memory, 0, PAGE);
        MemorySegment segment = mapping.segment();
        FutureTask<Boolean> elsewhere = new FutureTask<>(refused(segment));

        mapping.close();
        Thread.ofPlatform().start(elsewhere);

        assertThat(refused(segment).call()).isTrue();
        assertThat(elsewhere.get()).isTrue();
    }

    private static Callable<Boolean> refused(MemorySegment segment) {
        return () -> {
            assertThatIllegalStateException().isThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0));
            return true;
        };
    }

    @Test
    void closingUnmapsAndASecondCloseDoesNothing() throws IOException {
        Mapping mapping = Mapping.readWrite(memory, 0, PAGE);
        assertThat(Files.readString(Path.of("/proc/self/maps"))).contains("/memfd:" + NAME);

        mapping.close();
        mapping.close();

        assertThat(Files.readString(Path.of("/proc/self/maps"))).doesNotContain("/memfd:" + NAME);
    }

    @Test
    void aMappingOutlivesTheDescriptor() {
        Fd copy = memory.duplicate();
        try (Mapping mapping = Mapping.readWrite(copy, 0, PAGE)) {
            copy.close();

            mapping.segment().set(ValueLayout.JAVA_BYTE, PAGE - 1, (byte) 7);
            assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, PAGE - 1)).isEqualTo((byte) 7);
        }
    }

    @Test
    void anOffsetThatIsNotOnAPageIsRefused() {
        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(() -> Mapping.readWrite(memory, 1, PAGE))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                .withMessage("mmap memfd mapping-test: EINVAL (invalid argument)");
    }
}
