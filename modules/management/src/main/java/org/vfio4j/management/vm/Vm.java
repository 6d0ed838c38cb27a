/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.vm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.qmp.QmpAddress;
import org.vfio4j.management.qmp.QmpClient;
import org.vfio4j.management.qmp.QmpEvent;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A virtual machine, through its QEMU's QMP. For one thread. Every method throws a {@link RefusedException} with QEMU's words if QEMU refuses. */
public final class Vm implements AutoCloseable {
    private static final String RUNNING = "running";
    private static final String WAITING = "inmigrate";

    private final QmpAddress address;
    private final QmpClient qmp;

    private Vm(QmpAddress address, QmpClient qmp) {
        this.address = address;
        this.qmp = qmp;
    }

    /** The machine whose QEMU listens there. */
    public static Vm connect(QmpAddress address) {
        return new Vm(address, QmpClient.connect(address));
    }

    /** Where its QEMU is reached. */
    public QmpAddress address() {
        return address;
    }

    /** QEMU's version. */
    public String version() {
        return qmp.version();
    }

    /** In QEMU's words: {@code running}, {@code paused}, {@code inmigrate}, {@code postmigrate} ... */
    public String status() {
        return qmp.execute("query-status").at("status").text();
    }

    public boolean isRunning() {
        return status().equals(RUNNING);
    }

    /** Whether it waits for a machine to come. */
    public boolean isWaiting() {
        return status().equals(WAITING);
    }

    /** What it has over vfio-user. */
    public List<VmDevice> devices() {
        return VmDevices.overVfioUser(qmp);
    }

    /** What it has from the kernel's VFIO, by QEMU's ids. */
    public List<String> kernelDevices() {
        return VmDevices.ofTheKernel(qmp);
    }

    /** Whether it has a device of that id. */
    public boolean has(String id) {
        return VmDevices.has(qmp, id);
    }

    /** Whether it has the bus that the other's device sits on. */
    public boolean hasBusOf(VmDevice device) {
        return VmDevices.exists(qmp, device.busPath());
    }

    /** How a guest takes it that a device is to go. */
    public enum Unplugged {
        /** It has let go of it, and QEMU has it no more. */
        GONE,
        /** It says that it does not. */
        REFUSED,
        /** It has said nothing; it may still let go. */
        SILENT
    }

    /** Asks the guest to let go of a device, and waits for its answer. */
    public Unplugged unplug(String id, Duration bound) {
        while (qmp.await(Duration.ZERO, event -> answer(event, id)).isPresent()) {
            // from before
        }
        qmp.execute("device_del", QmpClient.arguments().put("id", id));
        return qmp.await(bound, event -> answer(event, id)).orElse(Unplugged.SILENT);
    }

    private static Optional<Unplugged> answer(QmpEvent event, String id) {
        if (!id.equals(event.data().at("device").textOrNull())) {
            return Optional.empty();
        }
        return switch (event.name()) {
            case "DEVICE_DELETED" -> Optional.of(Unplugged.GONE);
            case "DEVICE_UNPLUG_GUEST_ERROR" -> Optional.of(Unplugged.REFUSED);
            default -> Optional.empty();
        };
    }

    /** Plugs a device in, as it was, served on {@code socket}. */
    public void plug(VmDevice device, Path socket) {
        ObjectNode arguments = QmpClient.arguments();
        device.properties().forEach(arguments::set);
        arguments
                .put("driver", "vfio-user-pci")
                .put("id", device.id())
                .put("bus", device.bus())
                .put("addr", device.address());
        arguments.putObject("socket").put("type", "unix").put("path", socket.toString());
        qmp.execute("device_add", arguments);
    }

    /** Gets ready for a machine to come, which does not run before {@link #run}. */
    void expect(String uri) {
        qmp.execute("stop"); // in this state it says: do not start by yourself
        setCapabilities();
        if (migration().status().equals("none")) {
            qmp.execute("migrate-incoming", QmpClient.arguments().put("uri", uri));
        }
    }

    /** Begins to go. */
    void depart(String uri) {
        setCapabilities();
        qmp.execute("migrate", QmpClient.arguments().put("uri", uri));
    }

    /** Ends the going, if it is not over. */
    void cancelMigration() {
        qmp.execute("migrate_cancel");
    }

    /** How far it is, once something happened or {@code pause} is over. */
    VmMigration migration(Duration pause) {
        Optional<QmpEvent> _ = qmp.await(
                pause, event -> Optional.of(event).filter(e -> e.name().equals("MIGRATION")));
        return migration();
    }

    VmMigration migration() {
        return VmMigration.read(qmp.execute("query-migrate"));
    }

    /** Lets it run. */
    void run() {
        qmp.execute("cont");
        if (!isRunning()) {
            throw new RefusedException(
                    Errno.EIO, "QEMU at " + address + " does not let the machine run: " + status(), "");
        }
    }

    /** Ends QEMU. One that has gone, or goes before its answer is read, has ended. */
    void quit() {
        try {
            qmp.execute("quit");
        } catch (RefusedException e) {
            if (e.errno() != Errno.ECONNRESET) {
                throw e;
            }
        }
    }

    /** The answer of the destination tells that it has all; without it the source would take sent for arrived. */
    private void setCapabilities() {
        ArrayNode capabilities = QmpClient.arguments().putArray("capabilities");
        for (String name : List.of("return-path", "events")) {
            capabilities.addObject().put("capability", name).put("state", true);
        }
        ObjectNode arguments = QmpClient.arguments();
        arguments.set("capabilities", capabilities);
        qmp.execute("migrate-set-capabilities", arguments);
    }

    @Override
    public void close() {
        qmp.close();
    }
}
