/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.RefusedException;

/** Two {@code vfio serve}, each a process, one of which is killed (SIGKILL) while a device moves, at a message of the move, and started again. */
@Timeout(300)
class MigrationKillIT {
    private static final String NAME = "1f0f2d6a-0000-4000-8000-0000000000f3";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private Optional<Process> source = Optional.empty();
    private Optional<Process> destination = Optional.empty();

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : List.of(source.orElseThrow(), destination.orElseThrow())) {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    /** The numbers are those of docs/migration.md's messages. A message that comes before the kill has arrived. */
    @ParameterizedTest
    @CsvSource({
        "source, 4, offer",
        "source, 19, shared",
        "source, 20, freed",
        "source, 8, received",
        "source, 10, prepared",
        "source, 11, commit",
        "source, 12, taken",
        "source, 16, forget",
        "destination, 5, accepted",
        "destination, 19, shared",
        "destination, 20, freed",
        "destination, 9, end",
        "destination, 11, commit",
        "destination, 12, taken",
        "destination, 16, forget",
    })
    void oneOfThemHasTheDeviceWhenBothRunAgain(String killed, int message, String name)
            throws IOException, InterruptedException {
        source = Optional.of(serve("source"));
        destination = Optional.of(serve("destination"));
        Path between = folder.resolve("p.sock");
        AtomicBoolean done = new AtomicBoolean();
        boolean isSource = killed.equals("source");
        try (FrameProxy proxy = FrameProxy.between(between, control("destination"));
                RunningHost host = running("source")) {
            proxy.watch(type -> {
                if (type != message || done.getAndSet(true)) {
                    return true;
                }
                Process process = (isSource ? source : destination).orElseThrow();
                process.destroyForcibly();
                try {
                    process.waitFor();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return isSource; // what a source sent before it was killed arrives; a dead destination takes nothing
            });
            host.start(RunningHost.arguments()
                    .put("device", NAME)
                    .put("parent", "mbochs")
                    .put("type", "mbochs-small"));
            try {
                host.migrate(RunningHost.arguments().put("device", NAME).put("to", between.toString()));
            } catch (RefusedException e) {
                assertThat(isSource).as("killed before it has answered: %s", e).isTrue();
            }
            await("the message " + name, done::get);

            if (isSource) {
                source.orElseThrow().waitFor();
                source = Optional.of(serve("source"));
            } else {
                destination.orElseThrow().waitFor();
                destination = Optional.of(serve("destination"));
            }

            await("one host has the device", () -> owners() == 1);
            await("nothing is left in doubt", () -> settled("source") && settled("destination"));
            assertThat(owners()).isEqualTo(1);
        }
    }

    /** How many hosts have the device and nobody on it, neither a user nor a move. */
    private int owners() {
        int owners = 0;
        for (String name : List.of("source", "destination")) {
            try (RunningHost host = running(name)) {
                Optional<HostDevice> device = host.find(NAME);
                if (device.isPresent()) {
                    owners += device.get().usage().isInUse() ? 100 : 1;
                }
            }
        }
        return owners;
    }

    private boolean settled(String name) {
        try (RunningHost host = running(name)) {
            return host.moves().stream().allMatch(move -> move.phase().isEnd());
        }
    }

    private RunningHost running(String name) {
        return RunningHost.at(control(name)).orElseThrow();
    }

    private Path control(String name) {
        return folder.resolve(name).resolve("run/control.sock");
    }

    private Process serve(String name) throws IOException, InterruptedException {
        Path home = folder.resolve(name);
        Files.createDirectories(home);
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
        await(name + " answers", () -> {
            assertThat(process.isAlive()).isTrue();
            Optional<RunningHost> host = RunningHost.at(control(name));
            host.ifPresent(RunningHost::close);
            return host.isPresent();
        });
        return process;
    }

    private static void await(String what, java.util.function.BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
