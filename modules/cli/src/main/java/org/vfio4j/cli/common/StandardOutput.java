/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a command prints, which remembers what {@link PrintWriter} keeps to itself: that something could not be written. */
public final class StandardOutput extends OutputStream {
    private static final String NOBODY_READS = "Broken pipe";

    private final OutputStream to;
    private @Nullable IOException failure;

    public StandardOutput(OutputStream to) {
        this.to = to;
    }

    public PrintWriter writer() {
        return new PrintWriter(this, false, StandardCharsets.UTF_8);
    }

    /** Why not all was written; empty if all was, or if the reader had seen enough. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure)
                .map(e -> String.valueOf(e.getMessage()))
                .filter(m -> !m.equals(NOBODY_READS));
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            to.write(bytes, offset, length);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }
}
