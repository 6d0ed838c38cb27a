/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.MigrationStream.PrecopyInfo;
import org.vfio4j.vfio.VfioException;

class StreamsTest {
    private static final int ENOMSG = 42;
    private static final byte[] HEADER = {1, 2, 3, 4};
    private static final byte[] BODY = {5, 6, 7, 8, 9, 10};

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void preCopyGivesWhatIsThereAndSaysThatMoreFollows() {
        SavingStream stream = SavingStream.inPreCopy();
        stream.append(HEADER);
        assertThat(stream.precopyInfo()).isEqualTo(new PrecopyInfo(4, 0));

        assertThat(read(stream, 3)).containsExactly(1, 2, 3);
        assertThat(stream.precopyInfo()).isEqualTo(new PrecopyInfo(1, 0));
        assertThat(read(stream, 100)).containsExactly(4);

        assertErrno(ENOMSG, () -> read(stream, 100));
    }

    @Test
    void stopCopyGivesTheRestAndThenTheEnd() {
        SavingStream stream = SavingStream.inPreCopy();
        stream.append(HEADER);
        read(stream, 4);

        stream.append(BODY);
        stream.stopCopy();

        assertErrno(Errno.EINVAL, stream::precopyInfo);
        assertThat(read(stream, 100)).isEqualTo(BODY);
        assertThat(read(stream, 100)).isEmpty();
    }

    @Test
    void aSavingStreamTakesNothing() {
        SavingStream stream = SavingStream.inStopCopy();

        assertErrno(Errno.EINVAL, () -> stream.write(arena.allocate(1)));
    }

    @Test
    void aStreamEndsWithItsStateAndWithItsUser() {
        SavingStream saving = SavingStream.inStopCopy();
        saving.append(BODY);
        saving.end();
        ResumingStream resuming = new ResumingStream(10, 4, header -> {});
        resuming.end();

        assertErrno(Errno.ENODEV, () -> read(saving, 1));
        assertErrno(Errno.EINVAL, saving::precopyInfo);
        assertErrno(Errno.EINVAL, resuming::precopyInfo);
        assertErrno(Errno.ENODEV, () -> resuming.write(arena.allocate(1)));

        saving.close();
        resuming.close();
        assertErrno(Errno.EBADF, () -> read(saving, 1));
        assertErrno(Errno.EBADF, saving::precopyInfo);
        assertErrno(Errno.EBADF, resuming::precopyInfo);
        assertErrno(Errno.EBADF, () -> resuming.write(arena.allocate(1)));
    }

    @Test
    void resumingCollectsPieces() {
        ResumingStream stream =
                new ResumingStream(10, 4, header -> assertThat(header).isEqualTo(HEADER));

        assertThat(write(stream, 1, 2)).isEqualTo(2);
        assertThat(write(stream)).isZero();
        assertThat(write(stream, 3, 4, 5)).isEqualTo(3);
        assertThat(write(stream, 6, 7, 8, 9, 10)).isEqualTo(5);

        assertThat(stream.complete()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        assertErrno(Errno.EINVAL, () -> read(stream, 1));
        assertErrno(Errno.EINVAL, stream::precopyInfo);
    }

    @Test
    void moreThanTheStateHasIsRefusedWhole() {
        ResumingStream stream = new ResumingStream(10, 4, header -> {});
        write(stream, 1, 2, 3, 4, 5, 6, 7, 8);

        assertErrno(Errno.ENOMEM, () -> write(stream, 9, 10, 11));

        write(stream, 9, 10);
        assertThat(stream.complete()).hasSize(10);
    }

    @Test
    void lessThanTheStateHasIsNotComplete() {
        ResumingStream stream = new ResumingStream(10, 4, header -> {});
        write(stream, 1, 2, 3, 4, 5, 6, 7, 8, 9);

        assertErrno(Errno.EINVAL, stream::complete);
    }

    @Test
    void aWrongHeaderSpoilsTheStreamForGood() {
        ResumingStream stream = new ResumingStream(6, 4, header -> {
            throw new VfioException(Errno.EFAULT, "wrong");
        });
        write(stream, 1, 2, 3);

        assertErrno(Errno.EFAULT, () -> write(stream, 4));
        assertErrno(Errno.EFAULT, () -> write(stream, 5, 6));

        assertErrno(Errno.EINVAL, stream::complete);
    }

    private byte[] read(MigrationStream stream, int size) {
        MemorySegment into = arena.allocate(size);
        return into.asSlice(0, stream.read(into)).toArray(ValueLayout.JAVA_BYTE);
    }

    private int write(ResumingStream stream, int... bytes) {
        MemorySegment from = arena.allocate(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            from.set(ValueLayout.JAVA_BYTE, i, (byte) bytes[i]);
        }
        return stream.write(from);
    }

    private static void assertErrno(int errno, Runnable call) {
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(call::run)
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
