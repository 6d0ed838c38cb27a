/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.vfio4j.cli.common.StandardOutput;

class StandardOutputTest {
    private static StandardOutput failing(String reason) {
        return new StandardOutput(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        });
    }

    @Test
    void whatIsWrittenArrivesInUtf8() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StandardOutput output = new StandardOutput(bytes);

        PrintWriter writer = output.writer();
        writer.print("ünïcödé\n");
        writer.flush();

        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("ünïcödé\n");
        assertThat(output.failure()).isEmpty();
    }

    @Test
    void aFullDiskIsToldThoughTheWriterKeepsItToItself() {
        StandardOutput output = failing("No space left on device");

        PrintWriter writer = output.writer();
        writer.print("text");
        writer.flush();

        assertThat(output.failure()).contains("No space left on device");
    }

    @Test
    void aReaderThatHasSeenEnoughIsNoFailure() {
        StandardOutput output = failing("Broken pipe");

        PrintWriter writer = output.writer();
        writer.print("text");
        writer.flush();

        assertThat(output.failure()).isEmpty();
    }
}
