/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.testbed.Serving.Result;

/** A machine that lets {@code vfio serve} down: no room on the disk, a folder that cannot be written, no descriptors. */
@Timeout(300)
class FaultsIT {
    private static final String FIRST = "1f0f2d6a-0000-4000-8000-00000000fa01";
    private static final String SECOND = "1f0f2d6a-0000-4000-8000-00000000fa02";

    /** Enough for the JVM, its jars and some devices, and not for many. */
    private static final int DESCRIPTORS = 96;

    @TempDir
    private Path folder;

    private final List<Path> mounted = new ArrayList<>();

    @BeforeEach
    void onlyRootMounts() throws IOException {
        assumeTrue((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "mounts: needs root");
    }

    @AfterEach
    void unmount() throws Exception {
        for (Path place : mounted) {
            must("umount", place.toString());
        }
    }

    /** A file system in memory at {@code folder/name}. */
    private Path mount(String name, String options) throws Exception {
        Path place = Files.createDirectories(folder.resolve(name));
        must("mount", "-t", "tmpfs", "-o", options, "tmpfs", place.toString());
        mounted.add(place);
        return place;
    }

    private void must(String... command) throws Exception {
        Result result = Serving.result(folder, new ProcessBuilder(command));
        assertThat(result.exitCode()).as(result.err()).isZero();
    }

    @Test
    void aFullDiskRefusesADefinitionAndLosesNone() throws Exception {
        Path state = mount("state", "size=128k,mode=700");
        try (Serving host = Serving.in(folder)) {
            assertThat(host.vfio("define", "-u", FIRST, "-p", "mtty", "-t", "mtty-1", "--auto")
                            .exitCode())
                    .isZero();
            fill(state.resolve("filler"));

            Result refused = host.vfio("define", "-u", SECOND, "-p", "mtty", "-t", "mtty-1");

            assertThat(refused.exitCode()).isNotZero();
            assertThat(refused.err()).startsWith("vfio: ").containsIgnoringCase("no space left");
            assertThat(host.vfio("list", "--defined").out()).contains(FIRST).doesNotContain(SECOND);
            Result changed = host.vfio("modify", "-u", FIRST, "-p", "mtty", "--manual");
            assertThat(changed.exitCode()).isNotZero();

            Files.delete(state.resolve("filler"));
            assertThat(host.vfio("define", "-u", SECOND, "-p", "mtty", "-t", "mtty-1")
                            .exitCode())
                    .isZero();
            assertThat(host.vfio("list", "--defined", "-o", "json").out())
                    .contains(FIRST, SECOND)
                    .contains("\"auto\"");
        }
    }

    /** Writes until there is no room for a byte more. */
    private static void fill(Path file) throws IOException {
        byte[] page = new byte[4096];
        try (var out = Files.newOutputStream(file)) {
            while (true) {
                out.write(page);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    @Test
    void aRunFolderThatCannotBeWrittenIsNamed() throws Exception {
        Path run = mount("run", "ro,size=64k");

        Result result = Serving.vfio(
                folder, List.of("serve", "--state-dir", folder.resolve("state").toString()));

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.out()).doesNotContain("Ready");
        assertThat(result.err()).contains(run.toString(), "--run-dir").containsIgnoringCase("read-only");
    }

    @Test
    void whoRunsOutOfDescriptorsRefusesDevicesAndServesOn() throws Exception {
        Process server = limited("serve", "--state-dir", folder.resolve("state").toString());
        try {
            for (String line = ""; !line.startsWith("Ready"); ) {
                line = server.inputReader(StandardCharsets.UTF_8).readLine();
                assertThat(line).isNotNull();
            }
            List<String> made = new ArrayList<>();
            List<Result> refused = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                String uuid = "1f0f2d6a-0000-4000-8000-0000000fd%03d".formatted(i);
                Result start = vfio("start", "-u", uuid, "-p", "mtty", "-t", "mtty-1");
                if (start.exitCode() == 0) {
                    made.add(uuid);
                } else {
                    refused.add(start);
                }
            }

            Result list = vfio("list", "--host", "user", "-o", "json");
            assertThat(list.exitCode()).as(list.err()).isZero();
            assertThat(made).allSatisfy(uuid -> assertThat(list.out()).contains(uuid));
            assertThat(refused).allSatisfy(r -> assertThat(r.err()).startsWith("vfio: "));

            for (String uuid : made) {
                Result stop = vfio("stop", uuid);
                assertThat(stop.exitCode()).as(stop.err()).isZero();
            }
            Result again = vfio("start", "-u", FIRST, "-p", "mtty", "-t", "mtty-1");
            assertThat(again.exitCode()).as(again.err()).isZero();
            assertThat(folder.resolve("run/devices/" + FIRST + ".sock")).exists();
        } finally {
            server.destroy();
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(server.exitValue()).isZero();
    }

    private Result vfio(String... arguments) throws Exception {
        return Serving.vfio(folder, List.of(arguments));
    }

    /** The command with few descriptors. */
    private Process limited(String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of("bash", "-c", "ulimit -n " + DESCRIPTORS + " && exec \"$@\"", "-"));
        ProcessBuilder builder = Serving.command(List.of(), List.of(arguments));
        line.addAll(builder.command());
        builder.command(line);
        builder.environment().put("VFIO4J_RUN_DIR", folder.resolve("run").toString());
        return builder.redirectError(folder.resolve("serve.err").toFile()).start();
    }
}
