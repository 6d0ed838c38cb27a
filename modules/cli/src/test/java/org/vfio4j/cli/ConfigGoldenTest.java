/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file of settings does to the commands, and what {@code vfio config} says of it. */
class ConfigGoldenTest {
    @TempDir
    private Path machine;

    private void golden(String name, String settings, String... args) throws IOException {
        Files.writeString(Files.createDirectories(machine.resolve("etc/vfio4j")).resolve("vfio.conf"), settings);
        Golden.assertSame(name, Run.on(machine, args).transcript(args).replace(machine.toString(), "MACHINE"));
    }

    @Test
    void nothingIsSet() throws IOException {
        golden("config-json", "", "config", "-o", "json");
    }

    @Test
    void someIsSetAndSomeInVain() throws IOException {
        golden("config", """
            # the host's defaults
            host = demo
            list.output = yaml
            serve.profile = /etc/vfio4j/a.json
            serve.profile = /etc/vfio4j/b.json
            outptu = json
            open = yes
            """, "config");
    }

    @Test
    void aCommandTakesWhatIsSet() throws IOException {
        golden("config-used", "host = demo\nlist.output = yaml\n", "list");
    }

    @Test
    void aWrongValueIsNamedWithItsPlace() throws IOException {
        golden("error-config-value", "output = tabel\n", "list");
        golden("error-config-flag", "probe.evidence = maybe\n", "probe", "--host", "demo");
        golden("error-config-line", "output json\n", "list");
    }
}
