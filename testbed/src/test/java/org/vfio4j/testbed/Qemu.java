/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.vfio4j.management.qmp.QmpClient;
import org.vfio4j.management.qmp.QmpEvent;
import tools.jackson.databind.node.ObjectNode;

/** QEMU 11.1 with a Linux guest, as {@code testbed/qemu} runs it. It listens to us; who fails to boot fails the test with its words. */
final class Qemu implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path folder;
    private final Process process;
    private final QmpClient qmp;
    private final Guest guest;

    private Qemu(Path folder, Process process, SocketChannel control, SocketChannel qmp)
            throws IOException, InterruptedException {
        this.folder = folder;
        this.process = process;
        this.guest = new Guest(control, this::console);
        this.qmp = QmpClient.take(qmp, "QEMU");
    }

    /**
     * Boots a guest.
     *
     * @param parent a folder, for a folder of the run's own
     * @param devices the sockets of the devices that are there from the start; each in a port of its own, the first in the first
     * @param options more options of {@code testbed/qemu}
     */
    static Qemu boot(Path parent, List<Path> devices, String... options) throws IOException, InterruptedException {
        Qemu qemu = launch(parent, devices, List.of(options));
        try {
            qemu.guest.awaitBoot();
            return qemu;
        } catch (InterruptedException | RuntimeException | AssertionError e) {
            qemu.process.destroyForcibly();
            throw e;
        }
    }

    private static Qemu launch(Path parent, List<Path> devices, List<String> options)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(parent, "qemu");
        try (ServerSocketChannel control = listen(folder.resolve("control"));
                ServerSocketChannel qmp = listen(folder.resolve("qmp"))) {
            Process process = start(folder, devices, options);
            CompletableFuture<Void> _ = process.onExit().thenRun(() -> {
                close(control);
                close(qmp);
            });
            try {
                return new Qemu(folder, process, accept(control), accept(qmp));
            } catch (ClosedChannelException e) {
                throw new AssertionError("QEMU did not start: " + Files.readString(folder.resolve("log")), e);
            } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
                process.destroyForcibly();
                throw e;
            }
        }
    }

    /** A QEMU with the same machine and no device of ours, which waits for another's guest to come ({@code -incoming defer}). */
    static Qemu waiting(Path parent, String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--qemu", "-incoming", "--qemu", "defer"));
        return launch(parent, List.of(), all);
    }

    private static Process start(Path folder, List<Path> devices, List<String> options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Serving.peer("qemu"));
        for (Path device : devices) {
            command.addAll(List.of("--device", device.toString()));
        }
        for (String file : List.of("control", "qmp", "console", "trace")) {
            command.addAll(List.of("--" + file, folder.resolve(file).toString()));
        }
        command.addAll(
                List.of("--qemu", "-qmp", "--qemu", "unix:" + folder.resolve("open-qmp") + ",server=on,wait=off"));
        command.addAll(options);
        return new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(folder.resolve("log").toFile())
                .redirectErrorStream(true)
                .start();
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
    }

    /** Waits for QEMU's connection: as long as the script lives, which has to prepare QEMU and the kernel if nobody did. */
    private static SocketChannel accept(ServerSocketChannel listener) throws IOException {
        return listener.accept();
    }

    private static void close(ServerSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Guest guest() {
        return guest;
    }

    QmpClient qmp() {
        return qmp;
    }

    /** Where it listens for another who speaks QMP. */
    Path openQmp() {
        return folder.resolve("open-qmp");
    }

    /** Whether the machine's processors run. */
    boolean isRunning() {
        return qmp.execute("query-status").at("status").text().equals("running");
    }

    /** Whether QEMU ends by itself within a bound. */
    boolean awaitEnd() throws InterruptedException {
        return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** The vfio-user messages so far, a line each, in QEMU's words. */
    List<String> trace() throws IOException {
        return Files.readAllLines(folder.resolve("trace"));
    }

    /** What QEMU itself had to say. */
    String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    private String console() {
        try {
            return Files.readString(folder.resolve("console")) + "\n--- QEMU\n" + log();
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Plugs the device that is served on {@code socket} into a port, of which there are four, from "port1" on. */
    void plug(String id, String port, Path socket) throws IOException, InterruptedException {
        ObjectNode arguments = QmpClient.arguments()
                .put("driver", "vfio-user-pci")
                .put("x-msg-timeout", 60000)
                .put("id", id)
                .put("bus", port);
        arguments.putObject("socket").put("type", "unix").put("path", socket.toString());
        qmp.execute("device_add", arguments);
    }

    /** Asks the guest to let a device go, and waits until it has. */
    void unplug(String id) throws IOException, InterruptedException {
        qmp.execute("device_del", QmpClient.arguments().put("id", id));
        assertThat(qmp.await(PATIENCE, event -> isDeletion(event, id)))
                .as("the guest lets go of " + id)
                .isPresent();
    }

    private static Optional<QmpEvent> isDeletion(QmpEvent event, String id) {
        return Optional.of(event)
                .filter(e -> e.name().equals("DEVICE_DELETED")
                        && id.equals(e.data().at("device").textOrNull()));
    }

    /** Resets the machine and waits until the guest has booted again. */
    void reset() throws IOException, InterruptedException {
        qmp.execute("system_reset");
        guest.awaitBoot();
    }

    /** Adds {@code megabytes} of memory, shared with the servers as the first is, and waits until the guest has it. */
    void plugMemory(String id, int megabytes) throws IOException, InterruptedException {
        long before = memory();
        String backend = id + "-memory";
        long bytes = (long) megabytes << 20;
        qmp.execute(
                "object-add",
                QmpClient.arguments()
                        .put("qom-type", "memory-backend-memfd")
                        .put("id", backend)
                        .put("size", bytes)
                        .put("share", true));
        qmp.execute(
                "device_add",
                QmpClient.arguments().put("driver", "pc-dimm").put("id", id).put("memdev", backend));
        guest.await("[ $(awk '/MemTotal/ { print $2 }' /proc/meminfo) -gt " + before + " ]");
    }

    private long memory() throws IOException, InterruptedException {
        return Long.parseLong(
                guest.must("awk '/MemTotal/ { print $2 }' /proc/meminfo").strip());
    }

    /** Ends it as {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws IOException {
        qmp.close();
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("QEMU does not end: " + log());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
