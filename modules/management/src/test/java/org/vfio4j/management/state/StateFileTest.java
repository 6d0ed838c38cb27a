/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {
    private static final StateAbout ABOUT =
            new StateAbout("1f0f2d6a-0000-4000-8000-000000000007", "mtty-1", null, "node7", "2026-11-26T10:00:00Z");
    private static final byte[] STATE = new byte[1_000_003];

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void fill() {
        new Random(7).nextBytes(STATE);
        file = folder.resolve("serial.state");
    }

    private void write() throws IOException {
        StateFile.write(file, ABOUT, to -> to.write(ByteBuffer.wrap(STATE)));
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        write();

        StateFile read = StateFile.read(file);

        assertThat(read).isEqualTo(new StateFile(ABOUT, STATE.length, file));
        ByteBuffer content = ByteBuffer.allocate(STATE.length + 1);
        try (ReadableByteChannel from = read.open()) {
            while (from.read(content) > 0) {
                // on to the end
            }
        }
        assertThat(Arrays.copyOf(content.array(), content.position())).isEqualTo(STATE);
    }

    @Test
    void theFileIsItsOwnersAloneAndReplacesTheOneThatWasThere() throws IOException {
        Files.writeString(file, "what was there");

        write();

        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(StateFile.read(file).length()).isEqualTo(STATE.length);
        assertThat(folder).isDirectoryContaining(file::equals);
    }

    @Test
    void aFailureLeavesWhatWasThere() throws IOException {
        Files.writeString(file, "what was there");

        assertThatThrownBy(() -> StateFile.write(file, ABOUT, to -> {
                    to.write(ByteBuffer.wrap(STATE));
                    throw new IOException("the disk is full");
                }))
                .hasMessage("the disk is full");

        assertThat(file).hasContent("what was there");
        assertThat(folder.toFile().list()).hasSize(1);
    }

    @Test
    void aChangedByteIsSeen() throws IOException {
        write();
        byte[] bytes = Files.readAllBytes(file);
        bytes[StateHeader.SIZE + 500_000] ^= 1;
        Files.write(file, bytes);

        assertThatThrownBy(() -> StateFile.read(file))
                .isInstanceOf(StateFileException.class)
                .hasMessageStartingWith("was changed after it was saved");
    }

    @Test
    void aShortFileAndALongOneAreSeen() throws IOException {
        write();
        byte[] bytes = Files.readAllBytes(file);

        for (int length : new int[] {bytes.length - 1, bytes.length + 1, StateHeader.SIZE}) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> StateFile.read(file)).hasMessageContaining("bytes of a state of 1000003");
        }
    }

    @Test
    void anyOtherFileIsNone() throws IOException {
        for (byte[] other : new byte[][] {{}, "VFIO4JST".getBytes(StandardCharsets.US_ASCII), new byte[10_000]}) {
            Files.write(file, other);
            assertThatThrownBy(() -> StateFile.read(file)).hasMessage("is no file of vfio state save");
        }
    }

    @Test
    void anotherVersionIsSaid() throws IOException {
        write();
        byte[] bytes = Files.readAllBytes(file);
        bytes[8] = 9;
        Files.write(file, bytes);

        assertThatThrownBy(() -> StateFile.read(file)).hasMessage("is of version 9; this release reads 1");
    }
}
