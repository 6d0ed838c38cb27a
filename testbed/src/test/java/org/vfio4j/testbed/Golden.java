/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a sample answers, as the kernel's own answered in the VM. Where ours is to differ, the line stands twice, marked {@code kernel|} and
 * {@code ours|}, below a comment that says why: these are all the differences there are.
 */
record Golden(List<String> lines) {
    private static final String KERNEL = "kernel| ";
    private static final String OURS = "ours| ";

    static Golden of(Sample sample) {
        String name = "answers/" + sample.type() + ".txt";
        try (InputStream in = Golden.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + name);
            }
            return new Golden(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines that this side must answer. */
    List<String> expected(Side side) {
        String mine = side.isKernel() ? KERNEL : OURS;
        return lines.stream()
                .filter(l -> !l.startsWith("#"))
                .filter(l -> l.startsWith(mine) || !(l.startsWith(KERNEL) || l.startsWith(OURS)))
                .map(l -> l.startsWith(mine) ? l.substring(mine.length()) : l)
                .toList();
    }
}
