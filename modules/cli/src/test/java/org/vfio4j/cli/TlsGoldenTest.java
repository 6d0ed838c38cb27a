/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that {@code vfio tls} prints. */
class TlsGoldenTest {
    @TempDir
    private Path folder;

    @Test
    void certificatesAreMadeAndNothingIsWrittenOver() throws IOException {
        Path there = folder.resolve("our-hosts");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        StringBuilder all = new StringBuilder();
        for (String line : List.of(
                "tls",
                "tls init",
                "tls init " + there,
                "tls init " + there + " node_8",
                "tls init " + there + " node8.example --days 0",
                "tls add " + empty + " node8.example",
                "tls init " + there + " node8.example,192.0.2.8",
                "tls init " + there + " node7.example",
                "tls add " + there + " node8.example",
                "tls add " + there + " 2001:db8::7 --days 30")) {
            String[] args = line.split(" ", -1);
            all.append(Run.on(Tree.SAMPLES, args).transcript(args)).append('\n');
        }
        Golden.assertSame(
                "tls", all.toString().replace(folder.toString(), "HERE").replaceAll(" {3,}", "  "));
    }
}
