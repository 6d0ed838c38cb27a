/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.host.Machine;

/** Everything that {@code vfio migrate} prints, between two running hosts of this machine. */
@Timeout(300)
class MigrateGoldenTest {
    private static final String DISPLAY = "1f0f2d6a-0000-4000-8000-0000000000d1";
    private static final String OTHER = "1f0f2d6a-0000-4000-8000-0000000000d2";
    private static final String SERIAL = "1f0f2d6a-0000-4000-8000-0000000000e1";

    @TempDir
    private Path here;

    @TempDir
    private Path there;

    @TempDir
    private Path bare;

    private void golden(ServedHost host, String name, String... lines) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String line : lines) {
            String[] args = line.split(" ", -1);
            all.append(host.on(bare, args).transcript(args)).append('\n');
        }
        Golden.assertSame("migrate-" + name, shown(all.toString()));
    }

    /** Names of this machine and what it measured are other ones each time. */
    private String shown(String transcript) {
        String machine = Machine.of(Root.ofThisMachine()).hostName();
        return transcript
                .replace(here.toString(), "HERE")
                .replace(there.toString(), "THERE")
                .replaceAll("\\b" + Pattern.quote(machine) + "\\b", "NODE")
                .replaceAll("\"id\" ?: ?\"[0-9a-f-]{36}\"", "\"id\" : \"ID\"")
                .replaceAll("(_ms|rate)\" ?: ?[0-9.E-]+", "$1\" : NUMBER")
                .replaceAll("[0-9.]+ m?s\\b", "TIME")
                .replaceAll(" {3,}", "  "); // columns are as wide as the test's folders' names
    }

    @Test
    void aDeviceMovesWithItsDefinition() throws IOException {
        try (ServedHost source = ServedHost.in(here);
                ServedHost destination = ServedHost.in(there)) {
            golden(
                    source,
                    "moves",
                    "start -u " + DISPLAY + " -p mbochs -t mbochs-small",
                    "define " + DISPLAY + " --auto",
                    "start -u " + SERIAL + " -p mtty -t mtty-2",
                    "migrate " + DISPLAY + " --to " + there.resolve("run"),
                    "migrate " + SERIAL + " -o json --to " + there.resolve("run/control.sock"),
                    "list --host user",
                    "list --defined",
                    "migrate --list");
            golden(destination, "arrived", "list --host user", "list --defined");
        }
    }

    @Test
    void aDeviceIsCalledOtherwiseThere() throws IOException {
        try (ServedHost source = ServedHost.in(here);
                ServedHost destination = ServedHost.in(there)) {
            destination.on(bare, "start", "-u", DISPLAY, "-p", "mbochs", "-t", "mbochs-small");
            String migrate = "migrate " + DISPLAY + " --to " + there.resolve("run");
            golden(
                    source,
                    "map",
                    "start -u " + DISPLAY + " -p mbochs -t mbochs-small",
                    "define " + DISPLAY,
                    migrate,
                    migrate + " --map " + SERIAL + "=" + OTHER,
                    migrate + " --map " + DISPLAY + "=node8",
                    migrate + " --map " + DISPLAY + "=" + OTHER,
                    "list --host user",
                    "list --defined");
            golden(destination, "mapped", "list --host user", "list --defined");
        }
    }

    @Test
    void whatCannotMoveStaysAndIsToldWhy() throws IOException {
        try (ServedHost source = ServedHost.in(here);
                ServedHost destination = ServedHost.in(there)) {
            destination.on(bare, "start", "-u", SERIAL, "-p", "mtty", "-t", "mtty-1");
            golden(
                    source,
                    "refusals",
                    "start -u " + DISPLAY + " -p mbochs -t mbochs-small",
                    "start -u " + SERIAL + " -p mtty -t mtty-2",
                    "migrate",
                    "migrate " + DISPLAY,
                    "migrate " + DISPLAY + " --to",
                    "migrate " + DISPLAY + " --to " + there.resolve("run") + " --decide here",
                    "migrate " + DISPLAY + " --decide nowhere",
                    "migrate " + DISPLAY + " --decide here",
                    "migrate " + DISPLAY + " --to " + there.resolve("nowhere"),
                    "migrate " + DISPLAY + " --to node8",
                    "migrate 1f0f2d6a-0000-4000-8000-0000000000ff --to " + there.resolve("run"),
                    "migrate " + SERIAL + " --to " + there.resolve("run"),
                    "migrate " + DISPLAY + " --to " + there.resolve("run") + " --bandwidth fast",
                    "list --host user");
        }
    }
}
