/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vfio4j.management.qmp.QmpClient;
import org.vfio4j.management.qmp.QmpEvent;
import tools.jackson.databind.node.ObjectNode;

/** QEMU 11.1 with a Linux guest, as {@code testbed/qemu} runs it. It listens to us; who fails to boot fails the test with its words. */
final class Qemu implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final QemuProcess process;
    private final QmpClient qmp;
    private final Guest guest;
    private final Path openQmp;

    private Qemu(QemuProcess process, Path openQmp) throws IOException, InterruptedException {
        this.process = process;
        this.openQmp = openQmp;
        this.guest = new Guest(process.channel("control"), this::console);
        this.qmp = QmpClient.take(process.channel("qmp"), "QEMU");
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
            qemu.kill();
            throw e;
        }
    }

    /** A QEMU with the same machine and no device of ours, which waits for another's guest to come ({@code -incoming defer}). */
    static Qemu waiting(Path parent, String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--qemu", "-incoming", "--qemu", "defer"));
        return launch(parent, List.of(), all);
    }

    private static Qemu launch(Path parent, List<Path> devices, List<String> options)
            throws IOException, InterruptedException {
        Path open = Files.createTempDirectory(parent, "qmp").resolve("open-qmp");
        List<String> all = new ArrayList<>(List.of("--qemu", "-qmp", "--qemu", "unix:" + open + ",server=on,wait=off"));
        all.addAll(options);
        QemuProcess process =
                QemuProcess.start(parent, devices, List.of("control", "qmp"), List.of("console", "trace"), all);
        try {
            return new Qemu(process, open);
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            process.kill();
            throw e;
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
        return openQmp;
    }

    /** Whether the machine's processors run. */
    boolean isRunning() {
        return qmp.execute("query-status").at("status").text().equals("running");
    }

    /** Whether QEMU ends by itself within a bound. */
    boolean awaitEnd() throws InterruptedException {
        return process.awaitEnd();
    }

    /** The vfio-user messages so far, a line each, in QEMU's words. */
    List<String> trace() throws IOException {
        return process.trace();
    }

    /** What QEMU itself had to say. */
    String log() throws IOException {
        return process.log();
    }

    private String console() {
        try {
            return Files.readString(process.file("console")) + "\n--- QEMU\n" + log();
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
        process.kill();
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
