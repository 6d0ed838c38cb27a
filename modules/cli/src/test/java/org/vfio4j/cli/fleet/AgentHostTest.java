/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.cli.ServedHost;
import org.vfio4j.cli.Tree;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.host.Commands;
import org.vfio4j.management.host.UserHost;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

@Timeout(300)
class AgentHostTest {
    @TempDir
    private Path folder;

    @Test
    void aRunningHostIsSeenFromWhenItStartsToWhenItEnds() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        World world = new World(
                new Terminal(nowhere, nowhere, false),
                InputStream.nullInputStream(),
                Root.at(Tree.SAMPLES),
                UserHost::demo,
                Clock.systemUTC(),
                Map.of(),
                Commands.NONE);
        ParseResult line = new CommandLine(new AgentCommand().describe())
                .parseArgs("--run-dir", folder.resolve("run").toString());
        try (AgentHost host = new AgentHost(line, world)) {
            int kernels = host.inventory().parents().size();
            assertThat(host.kind()).isEqualTo("tree");

            try (ServedHost served = ServedHost.in(folder)) {
                assertThat(host.inventory().parents()).hasSizeGreaterThan(kernels);
                assertThat(host.kind()).isEqualTo("tree+user");
                assertThat(served.end().code()).isZero();
            }

            assertThat(host.inventory().parents()).hasSize(kernels);
            assertThat(host.kind()).isEqualTo("tree");
        }
    }
}
