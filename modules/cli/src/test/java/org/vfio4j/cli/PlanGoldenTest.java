/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code vfio plan} prints, as a whole; the planning itself is in management's scenarios. */
class PlanGoldenTest {
    private static final String NODE7 = "src/test/resources/snapshots/node7.json";
    private static final String DESK = "src/test/resources/domains/desk.xml";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "libvirt          | 1f0f2d6a-0000-4000-8000-000000000005",
                "qemu             | 1f0f2d6a-0000-4000-8000-000000000005 --format qemu --qemu 11.1",
                "json             | 1f0f2d6a-0000-4000-8000-000000000005 --format json --qemu 11.1 --libvirt 11.3",
                "several          | 1f0f2d6a-0000-4000-8000-000000000005 1f0f2d6a-0000-4000-8000-000000000007 --qemu 11.1",
                "domain           | --domain DESK --qemu 11.1 --render-node /dev/dri/renderD128",
                "domain-diff      | --domain DESK --diff --qemu 11.1 --render-node /dev/dri/renderD128 --display on",
                "domain-json      | --domain DESK --format json --qemu 11.1 --render-node none --display on",
                "refused          | 1f0f2d6a-0000-4000-8000-000000000005 --resolution 1280x800",
                "no-device        | --qemu 11.1",
                "diff-of-nothing  | 1f0f2d6a-0000-4000-8000-000000000005 --diff",
                "unknown-format   | 1f0f2d6a-0000-4000-8000-000000000005 --format xml",
                "unknown-graphics | 1f0f2d6a-0000-4000-8000-000000000005 --graphics vnc,teletype",
                "unknown-wish     | 1f0f2d6a-0000-4000-8000-000000000005 --display perhaps",
                "no-version       | 1f0f2d6a-0000-4000-8000-000000000005 --qemu newest",
                "no-file          | --domain src/nowhere.xml",
            })
    void aSnapshotsDevices(String name, String line) throws IOException {
        golden(name, (line + " --host NODE7").split(" ", -1));
    }

    @Test
    void aFileThatIsNoDomainSaysWhere() throws IOException {
        Path file = Files.writeString(folder.resolve("x.xml"), "<domain>\n<a></b>\n</domain>\n");

        golden("bad-domain", "--domain", file.toString(), "--host", "NODE7");
    }

    private void golden(String name, String... args) throws IOException {
        String[] line = Stream.concat(Stream.of("plan"), Stream.of(args)).toArray(String[]::new);
        String[] paths = Stream.of(line)
                .map(a -> a.replace("NODE7", NODE7).replace("DESK", DESK))
                .toArray(String[]::new);
        String transcript = Run.on(Tree.SAMPLES, paths)
                .transcript(line)
                .replace(NODE7, "NODE7")
                .replace(folder.toString(), "FOLDER");
        Golden.assertSame("plan-" + name, transcript);
    }
}
