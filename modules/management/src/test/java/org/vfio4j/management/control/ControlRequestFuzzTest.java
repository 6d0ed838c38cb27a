/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.definition.Definitions;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.migrate.Migrations;
import org.vfio4j.management.profile.ProfileDriver;
import org.vfio4j.management.profile.ProfileReader;

/** Whatever a client sends, the host answers with a value or an error number. It has one parent and a folder that it cannot make. */
class ControlRequestFuzzTest {
    private static final String PARENT = """
            {"profile": 1, "name": "small", "driver": "acme", "parents": [
              {"pci": {"address": "0000:41:00.0", "vendor": "abcd", "device": "0001", "subsystem_vendor": "0000",
                       "subsystem_device": "0000", "class": "030000", "revision": "01"},
               "capacity": 4, "types": [{"id": "acme-1", "name": "one", "cost": 1}]}]}
            """;
    private static final UserHost HOST =
            new UserHost(ProfileDriver.of(ProfileReader.read(PARENT.getBytes(StandardCharsets.UTF_8))), List.of());
    private static final HostCommands COMMANDS = commands();

    private static HostCommands commands() {
        DefinedHost defined = new DefinedHost(HOST, new Definitions(Path.of("/proc/vfio4j")));
        Migrations migrations = Migrations.open(
                defined,
                Path.of("/proc/vfio4j"),
                peer -> {
                    throw new RefusedException(Errno.EHOSTUNREACH, "goes nowhere", "");
                },
                "1.0",
                Clock.systemUTC());
        return new HostCommands(defined, "1.0", null, migrations, () -> {});
    }

    @FuzzTest
    void execute(byte[] line) {
        try {
            ControlRequest request = ControlRequest.read(line);
            assertThat(COMMANDS.execute(request.execute(), request.arguments()).value())
                    .isNotNull();
        } catch (ErrnoException e) {
            assertThat(e.errno()).isPositive();
        }
    }
}
