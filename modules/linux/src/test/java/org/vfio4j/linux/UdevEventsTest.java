/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UdevEventsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(7));
    /** Of this process: all on this machine hear what is sent. */
    private static final String DEVPATH =
            "/devices/virtual/vfio4j-test-" + ProcessHandle.current().pid() + "/1f0f2d6a-0000-4000-8000-000000000001";

    @Test
    void aListenerGetsWhatLibudevReads() throws IOException {
        assumeTrue((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "only root may send");
        try (Fd listener = listen();
                UdevEvents udev = UdevEvents.open(CLOCK)) {
            assertThat(udev.send("add", DEVPATH, "mdev", Map.of("DRIVER", "mdpy")))
                    .isTrue();

            ByteBuffer message = receive(listener);
            assertThat(ascii(message, 0, 8)).isEqualTo("libudev\0");
            assertThat(message.order(ByteOrder.BIG_ENDIAN).getInt(8)).isEqualTo(0xfeedcafe);
            assertThat(message.getInt(24)).isEqualTo(MurmurHash2.hash("mdev".getBytes(StandardCharsets.US_ASCII)));
            message.order(ByteOrder.nativeOrder());
            assertThat(message.getInt(12)).isEqualTo(40);
            assertThat(message.getInt(16)).isEqualTo(40);
            assertThat(message.getInt(20)).isEqualTo(message.limit() - 40);
            assertThat(List.of(ascii(message, 40, message.limit() - 40).split("\0")))
                    .containsExactly(
                            "ACTION=add",
                            "DEVPATH=" + DEVPATH,
                            "SUBSYSTEM=mdev",
                            "DRIVER=mdpy",
                            "SEQNUM=1",
                            "USEC_INITIALIZED=7000000");
        }
    }

    @Test
    void messagesAreNumbered() throws IOException {
        assumeTrue((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "only root may send");
        try (Fd listener = listen();
                UdevEvents udev = UdevEvents.open(CLOCK)) {
            udev.send("add", DEVPATH, "mdev", Map.of());
            udev.send("remove", DEVPATH, "mdev", Map.of());

            ByteBuffer first = receive(listener);
            ByteBuffer second = receive(listener);
            assertThat(ascii(first, 40, first.limit() - 40)).contains("ACTION=add\0", "SEQNUM=1\0");
            assertThat(ascii(second, 40, second.limit() - 40)).contains("ACTION=remove\0", "SEQNUM=2\0");
        }
    }

    @ParameterizedTest
    @CsvSource({"'mdev\0X', ''", "mdev, 'A\nB'"})
    void aTextThatWouldBeTwoIsRefused(String subsystem, String value) {
        try (UdevEvents udev = UdevEvents.open(CLOCK)) {
            assertThatExceptionOfType(LinuxException.class)
                    .isThrownBy(() -> udev.send("add", DEVPATH, subsystem, Map.of("KEY", value)))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        }
    }

    /** From the reference implementation, {@code src/basic/MurmurHash2.c} of systemd, with seed 0. */
    @ParameterizedTest
    @CsvSource({
        "'', 0",
        "a, 0x92685f5e",
        "ab, 0x1aa14063",
        "abc, 0x13577c9b",
        "test, 0x1812752e",
        "mdev, 0xbb5211c7",
        "vfio-dev, 0x573b34c1"
    })
    void subsystemsAreHashedAsLibudevDoes(String text, String hash) {
        assertThat(MurmurHash2.hash(text.getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo((int) Long.decode(hash).longValue());
    }

    private static String ascii(ByteBuffer message, int from, int length) {
        byte[] text = new byte[length];
        message.get(from, text);
        return new String(text, StandardCharsets.US_ASCII);
    }

    /** A message of ours: others on this machine may be sending too. */
    private static ByteBuffer receive(Fd listener) {
        while (true) {
            try (Arena arena = Arena.ofConfined();
                    Poll poll = new Poll(listener)) {
                assertThat(poll.await(Duration.ofSeconds(60))).isTrue();
                MemorySegment into = arena.allocate(8192);
                int n = (int) FileIo.read(listener, into);
                ByteBuffer message = ByteBuffer.wrap(into.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE));
                if (ascii(message, 0, n).contains(DEVPATH)) {
                    return message;
                }
            }
        }
    }

    @SuppressWarnings("restricted") // tests link bind(2) themselves: what is shipped only sends
    private static Fd listen() {
        Fd socket = UdevEvents.socket();
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            int bound = (int) linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("bind"),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_INT))
                    .invokeExact(
                            socket.number(), UdevEvents.address(arena, UdevEvents.UDEV_GROUP), UdevEvents.ADDRESS_SIZE);
            assertThat(bound).isZero();
            return socket;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
