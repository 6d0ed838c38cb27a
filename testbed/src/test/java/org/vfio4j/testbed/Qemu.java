/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** QEMU 11.1 with a Linux guest, as {@code testbed/qemu} runs it. It listens to us; who fails to boot fails the test with its words. */
final class Qemu implements AutoCloseable {
    private final QemuProcess process;
    private final Qmp qmp;
    private final Guest guest;

    private Qemu(QemuProcess process) throws IOException, InterruptedException {
        this.process = process;
        this.guest = new Guest(process.channel("control"), this::console);
        this.qmp = new Qmp(process.channel("qmp"));
    }

    /**
     * Boots a guest.
     *
     * @param parent a folder, for a folder of the run's own
     * @param devices the sockets of the devices that are there from the start; each in a port of its own, the first in the first
     * @param options more options of {@code testbed/qemu}
     */
    static Qemu boot(Path parent, List<Path> devices, String... options) throws IOException, InterruptedException {
        QemuProcess process = QemuProcess.start(
                parent, devices, List.of("control", "qmp"), List.of("console", "trace"), List.of(options));
        try {
            Qemu qemu = new Qemu(process);
            qemu.guest.awaitBoot();
            return qemu;
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            process.kill();
            throw e;
        }
    }

    Guest guest() {
        return guest;
    }

    Qmp qmp() {
        return qmp;
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
        Map<String, ?> address = Map.of("type", "unix", "path", socket.toString());
        qmp.execute(
                "device_add",
                Map.of("driver", "vfio-user-pci", "x-msg-timeout", 60000, "id", id, "bus", port, "socket", address));
    }

    /** Asks the guest to let a device go, and waits until it has. */
    void unplug(String id) throws IOException, InterruptedException {
        qmp.execute("device_del", Map.of("id", id));
        qmp.await("DEVICE_DELETED", data -> data.path("device").asString("").equals(id));
    }

    /** Resets the machine and waits until the guest has booted again. */
    void reset() throws IOException, InterruptedException {
        qmp.execute("system_reset", Map.of());
        guest.awaitBoot();
    }

    /** Adds {@code megabytes} of memory, shared with the servers as the first is, and waits until the guest has it. */
    void plugMemory(String id, int megabytes) throws IOException, InterruptedException {
        long before = memory();
        String backend = id + "-memory";
        long bytes = (long) megabytes << 20;
        qmp.execute(
                "object-add", Map.of("qom-type", "memory-backend-memfd", "id", backend, "size", bytes, "share", true));
        qmp.execute("device_add", Map.of("driver", "pc-dimm", "id", id, "memdev", backend));
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
