/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import java.util.List;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.definition.Definitions;
import org.vfio4j.management.host.UserHost;

/** Whatever a client sends, the host answers with a value or an error number. It has no parents and a folder that it cannot make. */
class ControlRequestFuzzTest {
    private static final HostCommands COMMANDS = new HostCommands(
            new DefinedHost(new UserHost(List.of(), List.of()), new Definitions(Path.of("/proc/vfio4j"))),
            "1.0",
            null,
            () -> {});

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
