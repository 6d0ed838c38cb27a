/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.testbed.Serving.Result;
import org.vfio4j.vfio.user.VfioUserDevice;

/** A machine that lets {@code vfio serve} down: no room on the disk, a folder that cannot be written, no descriptors, no memory, a signal at any time. */
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
        Path run = mount("run", "ro,size=64k,mode=700");

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
            awaitReady(server);
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

    /** A device that takes all the memory that there is gets an error for it; it works again, and its neighbour and the host never stopped. */
    @Test
    void aDeviceThatRunsOutOfMemoryIsAloneInThat() throws Exception {
        Path modules = WrittenDevice.compile(
                folder,
                source -> source.replace(
                                "sum.set(first", "if (written == 0xdead) takeAll();\n            sum.set(first")
                        .replace("    static Adder create", """
                                    private static void takeAll() {
                                        List<byte[]> all = new java.util.ArrayList<>();
                                        while (all.add(new byte[1 << 20])) {}
                                    }

                                    static Adder create"""));
        ProcessBuilder builder = Serving.command(List.of(modules), List.of("serve", "--state-dir", folder + "/state"));
        builder.environment().put("VFIO4J_RUN_DIR", folder.resolve("run").toString());
        builder.environment().put("JDK_JAVA_OPTIONS", "-Xmx128m");
        Path errors = folder.resolve("serve.err");
        Process server = builder.redirectError(errors.toFile()).start();
        try {
            awaitReady(server);
            for (String uuid : List.of(FIRST, SECOND)) {
                Result start = vfio("start", "-u", uuid, "-p", "adder", "-t", "adder-1");
                assertThat(start.exitCode()).as(start.err()).isZero();
            }
            try (VfioUserDevice greedy = VfioUserDevice.connect(socket(FIRST));
                    VfioUserDevice neighbour = VfioUserDevice.connect(socket(SECOND));
                    Arena arena = Arena.ofConfined()) {
                MemorySegment word = arena.allocate(4);
                word.set(ValueLayout.JAVA_INT, 0, 0xdead);
                assertThatExceptionOfType(ErrnoException.class)
                        .isThrownBy(() -> greedy.write(0, 4, word))
                        .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EIO));

                assertThat(sum(neighbour, word, 40, 2)).isEqualTo(42);
                assertThat(sum(greedy, word, 1, 2)).isEqualTo(3);
            }
            assertThat(vfio("list", "--host", "user").out()).contains(FIRST, SECOND);
            assertThat(Files.readString(errors)).contains(FIRST, "OutOfMemoryError");
        } finally {
            server.destroy();
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(server.exitValue()).isZero();
    }

    private static int sum(VfioUserDevice adder, MemorySegment word, int first, int second) {
        word.set(ValueLayout.JAVA_INT, 0, first);
        adder.write(0, 0, word);
        word.set(ValueLayout.JAVA_INT, 0, second);
        adder.write(0, 4, word);
        adder.read(0, 8, word);
        return word.get(ValueLayout.JAVA_INT, 0);
    }

    /** Whenever a signal comes while it starts, the next one on the same folders finds its way, and has what was defined. */
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "KILL"})
    void aSignalAtAnyMomentOfItsStartLosesNothing(String signal) throws Exception {
        try (Serving host = Serving.in(folder)) {
            Result defined = host.vfio("define", "-u", FIRST, "-p", "mtty", "-t", "mtty-1", "--auto");
            assertThat(defined.exitCode()).as(defined.err()).isZero();
        }
        for (String sign : List.of("run/pid", "run/devices", "run/devices/" + FIRST + ".sock", "run/control.sock")) {
            for (String left : List.of("run/devices/" + FIRST + ".sock", "run/control.sock", "run/pid")) {
                Files.deleteIfExists(folder.resolve(left));
            }
            Process starting = Serving.builder(folder, Serving.serve(folder))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("starting.out").toFile())
                    .start();
            await(() -> Files.exists(folder.resolve(sign)) || !starting.isAlive());
            must("kill", "-" + signal, String.valueOf(starting.pid()));
            assertThat(starting.waitFor(60, TimeUnit.SECONDS)).as(sign).isTrue();
        }

        try (Serving host = Serving.in(folder)) {
            assertThat(host.has(FIRST)).isTrue();
            assertThat(host.vfio("list", "--host", "user").out()).contains(FIRST);
        }
        assertThat(folder.resolve("run")).isEmptyDirectory();
        assertThat(folder.resolve("sys")).isEmptyDirectory();
    }

    /** Its clients are told by the end of their connections. */
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "KILL"})
    void aSignalWhileClientsUseTheirDevicesEndsThemAll(String signal) throws Exception {
        Serving host = Serving.in(folder);
        assertThat(host.vfio("start", "-u", FIRST, "-p", "mtty", "-t", "mtty-1").exitCode())
                .isZero();
        try (VfioUserDevice client = VfioUserDevice.connect(socket(FIRST));
                Arena arena = Arena.ofConfined()) {
            MemorySegment octet = arena.allocate(1);
            assertThat(client.read(0, 7, octet)).isEqualTo(1);

            assertThat(host.end(signal)).isEqualTo(signal.equals("KILL") ? 128 + 9 : 0);

            assertThatExceptionOfType(ErrnoException.class).isThrownBy(() -> client.read(0, 7, octet));
        }
        try (Serving next = Serving.in(folder)) {
            assertThat(next.has(FIRST)).as("it was not defined").isFalse();
            assertThat(next.vfio("start", "-u", FIRST, "-p", "mtty", "-t", "mtty-1")
                            .exitCode())
                    .isZero();
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private static void awaitReady(Process server) throws IOException {
        for (String line = ""; !line.startsWith("Ready"); ) {
            line = server.inputReader(StandardCharsets.UTF_8).readLine();
            assertThat(line).isNotNull();
        }
    }

    private Path socket(String device) {
        return folder.resolve("run/devices/" + device + ".sock");
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
