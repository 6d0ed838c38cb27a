/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import org.vfio4j.linux.ErrnoException;

/** Whatever another host sends is a message, or ends in an error number; what was a message is one again when it is written. */
class WireFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void messages(byte[] sent) {
        try (Wire wire = new Wire(new Bytes(sent))) {
            while (true) {
                Message message = wire.receive();
                if (!(message instanceof Message.State)) {
                    Bytes again = new Bytes(new byte[0]);
                    try (Wire other = new Wire(again)) {
                        other.send(message);
                    }
                    try (Wire other = new Wire(new Bytes(again.written.toByteArray()))) {
                        assertThat(MessageType.of(other.receive())).isEqualTo(MessageType.of(message));
                    }
                }
            }
        } catch (ErrnoException e) {
            assertThat(e.errno()).isPositive();
        }
    }

    @FuzzTest(maxDuration = "1m")
    void aJournal(byte[] file) {
        try {
            JournalEntry entry = JournalEntry.read(file);
            assertThat(JournalEntry.read(entry.json())).isEqualTo(entry);
        } catch (ErrnoException e) {
            assertThat(e.errno()).isPositive();
        }
    }

    /** A connection on which these bytes come, and then the end. */
    private static final class Bytes implements ByteChannel {
        private final ReadableByteChannel in;
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();

        Bytes(byte[] bytes) {
            this.in = Channels.newChannel(new ByteArrayInputStream(bytes));
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            return in.read(into);
        }

        @Override
        public int write(ByteBuffer from) {
            byte[] bytes = new byte[from.remaining()];
            from.get(bytes);
            written.writeBytes(bytes);
            return bytes.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
