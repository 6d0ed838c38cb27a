/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.host.HostDevice;

/**
 * Two {@code vfio serve}, each a process, of which one is killed (SIGKILL) while a device moves, and started again: each of the two at each message that
 * a move has.
 */
@Timeout(300)
class MigrationKillIT {
    private static final Duration PATIENCE = Duration.ofSeconds(150);
    private static final Map<String, Process> RUNNING = new HashMap<>();

    /** Of docs/migration.md, from the first by which the source gives something to the last by which a host forgets; the state goes through memory. */
    private static final Map<String, List<Integer>> MESSAGES = Map.of(
            "source", List.of(4, 5, 19, 20, 7, 8, 9, 10, 11, 12, 16, 17),
            "destination", List.of(1, 4, 5, 19, 20, 7, 8, 9, 10, 11, 12, 16));

    @TempDir
    private static Path folder;

    @BeforeAll
    static void open() throws IOException, InterruptedException {
        serve("source");
        serve("destination");
    }

    @AfterAll
    static void end() throws InterruptedException {
        for (Process process : RUNNING.values()) {
            process.destroyForcibly();
            process.waitFor();
        }
        RUNNING.clear();
    }

    static Stream<Arguments> steps() {
        return MESSAGES.entrySet().stream()
                .flatMap(side -> side.getValue().stream().map(message -> Arguments.of(side.getKey(), message)));
    }

    /** What a source sent before it was killed arrives. */
    @ParameterizedTest(name = "{0} at message {1}")
    @MethodSource("steps")
    void oneOfThemHasTheDeviceWhenBothRunAgain(String killed, int message) throws IOException, InterruptedException {
        String name = String.format("1f0f2d6a-0000-4000-8000-%012d", message + (killed.equals("source") ? 100 : 200));
        Path between = folder.resolve(killed + message + ".sock");
        AtomicBoolean done = new AtomicBoolean();
        try (FrameProxy proxy = FrameProxy.between(between, control("destination"))) {
            proxy.watch(type -> {
                if (type != message || done.get()) {
                    return true;
                }
                kill(killed);
                done.set(true);
                return killed.equals("source");
            });
            try (RunningHost host = running("source")) {
                host.start(RunningHost.arguments()
                        .put("device", name)
                        .put("parent", "mbochs")
                        .put("type", "mbochs-small"));
                migrate(host, name, between);
                await("message " + message, done::get);
            }

            serve(killed);

            await("nothing is left in doubt", () -> settled("source") && settled("destination"));
            await("nobody is on the device", () -> owners(name) < 100);
            assertThat(owners(name)).isEqualTo(1);
        }
    }

    private static void migrate(RunningHost source, String device, Path to) {
        try {
            source.migrate(RunningHost.arguments().put("device", device).put("to", to.toString()));
        } catch (ErrnoException e) {
            // it was killed before it could answer that the move has begun
        }
    }

    /** How many hosts have the device; a hundred for each on which somebody, a user or a move, still is on it. */
    private static int owners(String device) {
        int owners = 0;
        for (String host : List.of("source", "destination")) {
            try (RunningHost running = running(host)) {
                Optional<HostDevice> found = running.find(device);
                if (found.isPresent()) {
                    owners += found.get().usage().isInUse() ? 100 : 1;
                }
            }
        }
        return owners;
    }

    private static boolean settled(String name) {
        try (RunningHost host = running(name)) {
            return host.moves().stream().allMatch(move -> move.phase().isEnd());
        }
    }

    private static RunningHost running(String name) {
        return RunningHost.at(control(name)).orElseThrow();
    }

    private static Path control(String name) {
        return folder.resolve(name).resolve("run/control.sock");
    }

    private static void kill(String name) {
        Optional.ofNullable(RUNNING.get(name))
                .orElseThrow()
                .destroyForcibly()
                .onExit()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static void serve(String name) throws IOException, InterruptedException {
        Path home = Files.createDirectories(folder.resolve(name));
        Process process = Serving.builder(
                        home,
                        List.of(
                                "serve",
                                "--run-dir",
                                home.resolve("run").toString(),
                                "--state-dir",
                                home.resolve("state").toString()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(home.resolve("err").toFile())
                .start();
        RUNNING.put(name, process);
        await(name + " answers", () -> {
            assertThat(process.isAlive()).isTrue();
            Optional<RunningHost> host = RunningHost.at(control(name));
            host.ifPresent(RunningHost::close);
            return host.isPresent();
        });
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
