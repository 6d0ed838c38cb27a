/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FdChannelTest {
    private static final String NAME = "fd-channel-test";

    @AutoClose
    private final Arena arena = Arena.ofShared();

    @AutoClose
    private final Fd memory = Memfd.create(NAME, 1);

    private final UnixSocket.Pair pair = UnixSocket.pair();

    @AutoClose
    private final FdChannel sender = FdChannel.take(pair.left());

    @AutoClose
    private final FdChannel receiver = FdChannel.take(pair.right());

    private MemorySegment buffer = MemorySegment.NULL;

    @BeforeEach
    void allocate() {
        buffer = arena.allocate(16);
    }

    @AfterEach
    void nothingIsLeftOpen() throws IOException {
        sender.close();
        receiver.close();
        assertThat(OpenFiles.ofMemfd(NAME)).as("only the test's own").isOne();
    }

    /** The two would share what tells the kernel where the bytes go: what is beside them in memory would be written over. */
    @Test
    void aSecondThreadIsRefused() throws InterruptedException {
        Thread first = Thread.ofPlatform().start(() -> {
            long n = 0;
            while (n == 0) {
                try {
                    n = receiver.receive(buffer);
                } catch (IllegalStateException e) {
                    Thread.onSpinWait(); // the other was first
                }
            }
        });

        MemorySegment other = arena.allocate(16);
        boolean refused = false;
        while (!refused) {
            try {
                assertThat(receiver.receive(other, 0, 16, FdChannel.Wait.NONE)).isEqualTo(FdChannel.NOTHING);
            } catch (IllegalStateException e) {
                refused = true;
            }
        }

        sender.send(bytes("x"), List.of());
        first.join();
        assertThat(buffer.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'x');
    }

    private MemorySegment bytes(String text) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, text.getBytes(StandardCharsets.US_ASCII));
    }

    private String receive() {
        long n = receiver.receive(buffer);
        return new String(buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    private static void closeAll(List<Fd> fds) {
        fds.forEach(Fd::close);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16, 253})
    void descriptorsComeWithTheBytes(int count) throws IOException {
        long sent = sender.send(bytes("hello"), Collections.nCopies(count, memory));
        String text = receive();
        List<Fd> fds = receiver.takeReceived();

        assertThat(sent).isEqualTo(5);
        assertThat(text).isEqualTo("hello");
        assertThat(fds)
                .hasSize(count)
                .allSatisfy(fd -> assertThat(OpenFiles.target(fd.number())).contains(NAME));
        assertThat(OpenFiles.ofMemfd(NAME)).isEqualTo(1 + count);
        assertThat(receiver.takeReceived()).as("taken once").isEmpty();
        closeAll(fds);
    }

    @Test
    void theyComeInTheirOrder() {
        try (Fd a = Memfd.create("a", 1);
                Fd b = Memfd.create("b", 1);
                Fd c = Memfd.create("c", 1)) {
            sender.send(bytes("x"), List.of(a, b));
            sender.send(bytes("y"), List.of(c));
            receive();
            receive();

            List<Fd> fds = receiver.takeReceived();

            assertThat(fds)
                    .extracting(fd -> OpenFiles.target(fd.number()).substring(0, 8))
                    .containsExactly("/memfd:a", "/memfd:b", "/memfd:c");
            closeAll(fds);
        }
    }

    @Test
    void aReceivedDescriptorIsClosedOnExec() throws IOException {
        sender.send(bytes("x"), List.of(memory));
        receive();

        List<Fd> fds = receiver.takeReceived();

        // flags are octal; 02000000 is O_CLOEXEC
        assertThat(Files.readString(Path.of(
                        "/proc/self/fdinfo", Integer.toString(fds.getFirst().number()))))
                .containsPattern("flags:\\s+02\\d{6}\\b");
        closeAll(fds);
    }

    @Test
    void theSenderKeepsItsOwn() {
        sender.send(bytes("x"), List.of(memory));

        assertThat(memory.isOpen()).isTrue();
        assertThat(OpenFiles.target(memory.number())).contains(NAME);
    }

    @Test
    void thoseThatNobodyTookAreClosedWithTheChannel() throws IOException {
        sender.send(bytes("x"), Collections.nCopies(16, memory));
        receive();
        assertThat(OpenFiles.ofMemfd(NAME)).isEqualTo(17);

        receiver.close();

        assertThat(OpenFiles.ofMemfd(NAME)).isOne();
    }

    @Test
    void bytesThatDoNotFitComeNextTheDescriptorsFirst() {
        sender.send(bytes("twenty bytes of text"), List.of(memory));

        assertThat(receive()).isEqualTo("twenty bytes of ");
        List<Fd> fds = receiver.takeReceived();
        assertThat(fds).hasSize(1);
        assertThat(receive()).isEqualTo("text");
        assertThat(receiver.takeReceived()).isEmpty();
        closeAll(fds);
    }

    @Test
    void moreThanLinuxPassesAtOnceAreRefusedBeforeAnythingIsSent() {
        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(() -> sender.send(bytes("x"), Collections.nCopies(254, memory)))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                .withMessageContaining("254 descriptors");

        sender.send(bytes("y"), List.of());
        assertThat(receive()).isEqualTo("y");
    }

    @Test
    void aDescriptorWithoutAByteIsRefusedBecauseLinuxWouldDropIt() {
        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(() -> sender.send(arena.allocate(0), List.of(memory)))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        assertThat(sender.send(arena.allocate(0), List.of())).isZero();
    }

    /** A peer that sends descriptors byte by byte fills no table: the limit holds for what waits. */
    @Test
    void moreThanTheLimitNeverWait() throws IOException {
        sender.send(bytes("x"), Collections.nCopies(200, memory));
        sender.send(bytes("y"), Collections.nCopies(54, memory));
        assertThat(receive()).isEqualTo("x");

        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(this::receive)
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EMSGSIZE));

        assertThat(receiver.takeReceived()).isEmpty();
        assertThat(OpenFiles.ofMemfd(NAME)).isOne();
    }

    @Test
    void descriptorsThatDoNotFitIntoTheProcessAreRefusedAndNoneIsKept() throws IOException, InterruptedException {
        assertThat(FullProcess.run()).isEqualTo("EMSGSIZE, kept 0");
    }

    @Test
    void aPeerThatClosedGivesNothing() {
        sender.send(bytes("last"), List.of());
        sender.close();

        assertThat(receive()).isEqualTo("last");
        assertThat(receiver.receive(buffer)).isZero();
    }

    @Test
    void sendingToAPeerThatClosedIsAnErrorAndNoSignal() {
        receiver.close();

        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(() -> sender.send(bytes("x"), List.of(memory)))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EPIPE));
    }

    @Test
    void receivingNothingIsNotTakenForAClosedPeer() {
        assertThatIllegalArgumentException().isThrownBy(() -> receiver.receive(arena.allocate(0)));
    }

    @Test
    void closingClosesTheSocketAndASecondTimeDoesNothing() {
        receiver.close();

        assertThat(receiver.socket().isOpen()).isFalse();
        assertThatCode(receiver::close).doesNotThrowAnyException();
    }
}
