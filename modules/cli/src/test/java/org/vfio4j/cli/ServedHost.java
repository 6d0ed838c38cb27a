/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.vfio4j.management.control.RunningHost;

/** A {@code vfio serve} on a thread, with its folders below one of the test's own, and the commands that are told to use it. */
public final class ServedHost implements AutoCloseable {
    private static final Duration STARTS_WITHIN = Duration.ofMinutes(2);

    private final Path folder;
    private final CompletableFuture<Run> serve;

    private ServedHost(Path folder, CompletableFuture<Run> serve) {
        this.folder = folder;
        this.serve = serve;
    }

    public static ServedHost in(Path folder, String... more) {
        CompletableFuture<Run> serve = new CompletableFuture<>();
        String[] line = Stream.concat(
                        Stream.of(
                                "serve", "--state-dir", folder.resolve("state").toString()),
                        Stream.of(more))
                .toArray(String[]::new);
        Thread.ofPlatform().daemon().name("serve").start(() -> {
            try {
                serve.complete(Run.on(folder, withRunFolder(folder, line)));
            } catch (RuntimeException | Error e) {
                serve.completeExceptionally(e);
            }
        });
        ServedHost host = new ServedHost(folder, serve);
        host.awaitStart();
        return host;
    }

    private void awaitStart() {
        long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
        while (true) {
            Optional<RunningHost> running = RunningHost.at(socket());
            if (running.isPresent()) {
                running.get().close();
                return;
            }
            assertThat(serve.isDone()).as(() -> "ended: " + serve.join()).isFalse();
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Runs a command on a machine whose own tree is in {@code machine}. */
    Run on(Path machine, String... args) {
        return Run.on(machine, withRunFolder(folder, args));
    }

    /** Ends the host; what {@code vfio serve} printed and its exit code. */
    public Run end() {
        Optional<RunningHost> running = RunningHost.at(socket());
        if (running.isPresent()) {
            try (RunningHost host = running.get()) {
                host.tell("shutdown", RunningHost.arguments());
            }
        }
        return serve.orTimeout(STARTS_WITHIN.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        end();
    }

    private Path socket() {
        return folder.resolve("run/control.sock");
    }

    private static String[] withRunFolder(Path folder, String... args) {
        List<String> line = new ArrayList<>(List.of(args));
        line.addAll(1, List.of("--run-dir", folder.resolve("run").toString()));
        return line.toArray(String[]::new);
    }
}
