/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.dma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.Memfd;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.IovaRange;

class DmaSpaceTest {
    private static final int PAGE = 4096;

    /** Counted among what this process has mapped, so nobody else's may be called so. */
    private static final String GUEST = "dma-space-test";

    private static final int BOTH = DmaMapping.READ | DmaMapping.WRITE;

    private final Arena arena = Arena.ofConfined();
    private final Fd memory = Memfd.create(GUEST, 16 * PAGE);
    private final Mapping guest = Mapping.readWrite(memory, 0, 16 * PAGE);
    private final DmaSpace space = new DmaSpace();

    @AfterEach
    void close() {
        space.close();
        guest.close();
        memory.close();
        arena.close();
    }

    @Test
    void aDeviceReadsAndWritesItsUsersMemory() {
        mapFile(0x10000, 4, 0, BOTH);
        guest.segment().set(ValueLayout.JAVA_LONG, 8, 0x1122334455667788L);

        space.write(0x10100, bytes(1, 2, 3));

        assertThat(read(0x10008, 8)[7]).isEqualTo((byte) 0x11);
        assertThat(guest.segment().get(ValueLayout.JAVA_BYTE, 0x101)).isEqualTo((byte) 2);
    }

    @Test
    void oneAccessSpansMappingsThatTouch() {
        mapFile(0, 1, 0, BOTH);
        mapFile(PAGE, 1, 8, BOTH);

        space.write(PAGE - 2, bytes(1, 2, 3, 4));

        assertThat(guest.segment().get(ValueLayout.JAVA_BYTE, PAGE - 1)).isEqualTo((byte) 2);
        assertThat(guest.segment().get(ValueLayout.JAVA_BYTE, 8 * PAGE)).isEqualTo((byte) 3);
        assertThat(read(PAGE - 2, 4)).containsExactly(1, 2, 3, 4);
    }

    @Test
    void whatIsNotMappedIsAFault() {
        mapFile(PAGE, 1, 0, BOTH);
        for (long iova : new long[] {0, PAGE - 1, 2 * PAGE - 1, 2 * PAGE, -1, Long.MIN_VALUE}) {
            assertErrno(Errno.EFAULT, () -> read(iova, 2));
            assertErrno(Errno.EFAULT, () -> space.write(iova, bytes(1, 2)));
        }
    }

    @Test
    void anAccessThatWasNotGivenIsAFault() {
        mapFile(0, 1, 0, DmaMapping.READ);
        mapFile(PAGE, 1, 1, DmaMapping.WRITE);

        assertErrno(Errno.EFAULT, () -> space.write(0, bytes(1)));
        assertErrno(Errno.EFAULT, () -> read(PAGE, 1));
        assertThat(read(0, 1)).containsExactly(0);
        space.write(PAGE, bytes(7));
    }

    @Test
    void aMappingEndsWithTheAddressSpace() {
        IovaRange top = IovaRange.of(-PAGE, PAGE);
        space.map(new DmaMapping(top, BOTH, new DmaMapping.File(memory, 0)));

        space.write(-1, bytes(9));

        assertThat(guest.segment().get(ValueLayout.JAVA_BYTE, PAGE - 1)).isEqualTo((byte) 9);
        assertErrno(Errno.EFAULT, () -> space.write(-1, bytes(9, 9)));
        assertErrno(Errno.EOVERFLOW, () -> IovaRange.of(-PAGE, PAGE + 1));
        assertErrno(Errno.EINVAL, () -> IovaRange.of(PAGE, 0));
    }

    @Test
    void mappingsDoNotOverlap() {
        mapFile(2 * PAGE, 2, 0, BOTH);
        for (int page : new int[] {1, 2, 3}) {
            assertErrno(Errno.EEXIST, () -> mapFile((long) page * PAGE, 2, 4, BOTH));
        }
        mapFile(0, 2, 4, BOTH);
        mapFile(4 * PAGE, 1, 4, BOTH);
        assertThat(space.mappings()).isEqualTo(3);
    }

    @Test
    void unmappingTakesWhatLiesWithinAndCutsNothing() {
        IntStream.range(0, 4).forEach(i -> mapFile(2L * i * PAGE, 2, 2 * i, BOTH));

        assertErrno(Errno.EINVAL, () -> space.unmap(IovaRange.of(2 * PAGE, 3 * PAGE)));
        assertThat(space.mappings()).isEqualTo(4);
        space.unmap(IovaRange.of(2 * PAGE, 4 * PAGE));

        assertThat(space.mappings()).isEqualTo(2);
        assertErrno(Errno.EFAULT, () -> read(2 * PAGE, 1));
        assertThat(read(0, 1)).containsExactly(0);
        space.unmap(IovaRange.ALL);
        assertThat(space.mappings()).isZero();
    }

    @Test
    void piecesOfOneFileShareAMapping() throws IOException {
        long before = mapsOfGuest();
        IntStream.range(0, 8).forEach(i -> mapFile(2L * i * PAGE, 1, 2 * i, BOTH));

        assertThat(mapsOfGuest()).isEqualTo(before + 1);
        space.unmap(IovaRange.ALL);
        assertThat(mapsOfGuest()).isEqualTo(before);
    }

    @Test
    void aFileThatCannotHoldTheRangeIsRefused() {
        assertErrno(Errno.EINVAL, () -> mapFile(0, 17, 0, BOTH));
        assertErrno(Errno.EINVAL, () -> mapFile(0, 1, 16, BOTH));
        assertErrno(Errno.EINVAL, () -> mapFile(0, 1, -1, BOTH));
        assertErrno(
                Errno.EINVAL,
                () -> space.map(new DmaMapping(IovaRange.of(0, PAGE), BOTH, new DmaMapping.File(memory, 1))));
        assertErrno(Errno.EINVAL, () -> new DmaMapping(IovaRange.of(0, PAGE), 4, new DmaMapping.File(memory, 0)));
    }

    @Test
    void memoryThatVanishesIsAFault(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("memory"), new byte[4 * PAGE]);
        try (Fd fd = FileIo.open(file.toString(), FileIo.O_RDWR)) {
            space.map(new DmaMapping(IovaRange.of(0, 4 * PAGE), BOTH, new DmaMapping.File(fd, 0)));
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(PAGE);
        }

        assertErrno(Errno.EFAULT, () -> read(2 * PAGE, 64));
        assertErrno(Errno.EFAULT, () -> space.write(2 * PAGE, bytes(1, 2, 3, 4, 5, 6, 7, 8)));
        assertThat(read(0, 8)).containsOnly(0);
    }

    @Test
    void memoryThatCannotBeMappedIsReachedThroughItsOwner() {
        List<String> asked = new ArrayList<>();
        DmaMapping.Owner owner = new DmaMapping.Owner() {
            @Override
            public void read(long iova, MemorySegment into) {
                asked.add("read " + iova + " " + into.byteSize());
                into.fill((byte) 5);
            }

            @Override
            public void write(long iova, MemorySegment from) {
                asked.add("write " + iova + " " + from.byteSize());
            }
        };
        mapFile(0, 1, 0, BOTH);
        space.map(new DmaMapping(IovaRange.of(PAGE, 1L << 62), BOTH, new DmaMapping.Remote(owner)));

        byte[] read = read(PAGE - 2, 6);
        space.write(2 * PAGE, bytes(1, 2));

        assertThat(read).containsExactly(0, 0, 5, 5, 5, 5);
        assertThat(asked).containsExactly("read 4096 4", "write 8192 2");
        assertThat(space.view(IovaRange.of(2 * PAGE, 8), DmaMapping.READ)).isEmpty();
    }

    @Test
    void aViewIsTheMemoryItself() {
        mapFile(PAGE, 2, 4, BOTH);

        MemorySegment view =
                space.view(IovaRange.of(2 * PAGE, 16), DmaMapping.WRITE).orElseThrow();
        view.set(ValueLayout.JAVA_BYTE, 3, (byte) 8);

        assertThat(guest.segment().get(ValueLayout.JAVA_BYTE, 5 * PAGE + 3)).isEqualTo((byte) 8);
        assertThat(space.view(IovaRange.of(3 * PAGE - 1, 2), DmaMapping.READ)).isEmpty();
        assertErrno(Errno.EFAULT, () -> space.view(IovaRange.of(0, 1), DmaMapping.READ));
    }

    @Test
    void writtenPagesAreReportedOnce() {
        mapFile(0, 16, 0, BOTH);
        space.write(0, bytes(1));
        space.startLogging(PAGE, List.of(IovaRange.of(0, 16 * PAGE)));

        space.write(2 * PAGE - 1, bytes(1, 2));
        assertThat(space.view(IovaRange.of(9 * PAGE, 1), BOTH)).isPresent();
        read(5 * PAGE, 1);

        assertThat(report(0, 16, PAGE)).isEqualTo(0b10_0000_0110);
        assertThat(report(0, 16, PAGE)).isZero();
        space.write(6 * PAGE, bytes(1));
        assertThat(report(4, 4, PAGE)).isEqualTo(0b100);
    }

    @Test
    void aReportHasItsOwnPageSizeAndBegin() {
        mapFile(0, 16, 0, BOTH);
        space.startLogging(PAGE, List.of(IovaRange.of(0, 8 * PAGE), IovaRange.of(12 * PAGE, 4 * PAGE)));

        IntStream.of(1, 7, 9, 13).forEach(page -> space.write((long) page * PAGE, bytes(1)));

        assertThat(report(0, 16, 4 * PAGE)).isEqualTo(0b1011);
        space.stopLogging();
        assertErrno(Errno.EINVAL, () -> report(0, 16, PAGE));
    }

    @Test
    void moreDirtThanCanBeRememberedIsDirtEverywhere() {
        DirtyPages pages = new DirtyPages();
        pages.start(PAGE, List.of(IovaRange.ALL));
        for (long i = 0; i <= DirtyPages.MAX_CHUNKS; i++) {
            pages.mark(i << 27, 1);
        }
        MemorySegment bitmap = arena.allocate(8, 8);

        pages.report(IovaRange.of(1L << 50, 5 * PAGE), PAGE, bitmap);

        assertThat(bitmap.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(0b11111);
    }

    @Test
    void badLoggingRequestsAreRefused() {
        IovaRange range = IovaRange.of(0, PAGE);
        assertErrno(Errno.EINVAL, () -> space.startLogging(PAGE, List.of()));
        assertErrno(Errno.EINVAL, () -> space.startLogging(PAGE, List.of(range, range)));
        assertErrno(Errno.EINVAL, () -> space.startLogging(1000, List.of(range)));
        assertErrno(
                Errno.E2BIG,
                () -> space.startLogging(
                        PAGE,
                        IntStream.range(0, 257)
                                .mapToObj(i -> IovaRange.of((long) i * PAGE, PAGE))
                                .toList()));
        assertErrno(Errno.EINVAL, space::stopLogging);
        space.startLogging(PAGE, List.of(range));
        assertErrno(Errno.EINVAL, () -> space.startLogging(PAGE, List.of(range)));
        assertErrno(Errno.EINVAL, () -> space.reportLogging(IovaRange.of(0, 65 * PAGE), PAGE, arena.allocate(8)));
        assertErrno(Errno.EINVAL, () -> space.reportLogging(IovaRange.ALL, PAGE, arena.allocate(8)));
        assertErrno(Errno.EINVAL, () -> space.reportLogging(range, 0, arena.allocate(8)));
    }

    private void mapFile(long iova, int pages, int at, int access) {
        space.map(new DmaMapping(
                IovaRange.of(iova, (long) pages * PAGE), access, new DmaMapping.File(memory, (long) at * PAGE)));
    }

    private long report(int page, int pages, int pageSize) {
        MemorySegment bitmap = arena.allocate(8, 8);
        space.reportLogging(IovaRange.of((long) page * PAGE, (long) pages * PAGE), pageSize, bitmap);
        return bitmap.get(ValueLayout.JAVA_LONG, 0);
    }

    private byte[] read(long iova, int count) {
        MemorySegment into = arena.allocate(count);
        space.read(iova, into);
        return into.toArray(ValueLayout.JAVA_BYTE);
    }

    private MemorySegment bytes(int... values) {
        MemorySegment segment = arena.allocate(values.length);
        for (int i = 0; i < values.length; i++) {
            segment.set(ValueLayout.JAVA_BYTE, i, (byte) values[i]);
        }
        return segment;
    }

    private static long mapsOfGuest() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("memfd:" + GUEST))
                .count();
    }

    private static void assertErrno(int errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
