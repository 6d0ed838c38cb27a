/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.bus.BusDrivers;
import org.vfio4j.vfio.bus.Hardware;
import org.vfio4j.vfio.core.Bus;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.Credentials;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevDevice;
import org.vfio4j.vfio.mdev.MdevDriver;
import org.vfio4j.vfio.mdev.MdevType;
import org.vfio4j.vfio.mdev.MigrationVersion;
import org.vfio4j.vfio.tree.HostTree;
import org.vfio4j.vfio.tree.Node;

/** A host in this process: a VFIO core, a mdev core, and whatever drivers they were given. Nothing of the machine is needed. */
public final class UserHost implements Host {
    private final VfioCore core = new VfioCore();
    private final MdevCore mdev = new MdevCore(core);
    private final BusDrivers buses = new BusDrivers(core);
    private final HostTree tree = new HostTree(mdev, buses);
    private final Credentials self = Credentials.ofThisProcess();
    private final List<Finding> troubles = new ArrayList<>();
    private volatile Function<String, Optional<Path>> sockets = device -> Optional.empty();
    private volatile boolean served;

    /** A driver that fails is left out, and {@link #inventory} has a finding of it. */
    public UserHost(List<MdevDriver> drivers, List<Hardware> hardware) {
        drivers.forEach(driver -> register(driver.getClass().getSimpleName(), () -> mdev.addParent(driver)));
        hardware.forEach(device -> register(device.name(), () -> buses.bind(device)));
    }

    /**
     * With the installed vendor drivers and hardware, and no mediated devices.
     *
     * @param more drivers that this host has besides
     */
    public static UserHost installed(List<MdevDriver> more) {
        List<MdevDriver> drivers = new ArrayList<>(MdevCore.installed());
        drivers.addAll(more);
        return new UserHost(drivers, BusDrivers.installed());
    }

    /** With one device of every type of the installed vendor drivers. */
    public static UserHost demo() {
        return demo(MdevCore.installed());
    }

    /** With one device of every type of these drivers, named the same at every start, so that outputs can be compared. */
    public static UserHost demo(List<MdevDriver> drivers) {
        UserHost host = new UserHost(drivers, List.of());
        for (org.vfio4j.vfio.mdev.MdevParent parent : host.mdev.parents()) {
            for (MdevType type : parent.types()) {
                String seed = parent.name() + "/" + type.id();
                UUID uuid = UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8));
                host.register(seed, () -> host.mdev.create(parent, type, uuid));
            }
        }
        return host;
    }

    /** The VFIO core, for those who ask by other ways than opening. */
    public VfioCore core() {
        return core;
    }

    /** The mdev core. */
    public MdevCore mdev() {
        return mdev;
    }

    /** Its sysfs. */
    public HostTree tree() {
        return tree;
    }

    /** The user that this host opens devices as: this process's. */
    public Credentials self() {
        return self;
    }

    /**
     * Its devices are served from now on.
     *
     * @param newSockets where a device's vfio-user socket is, by the device's name
     */
    public void servedAt(Function<String, Optional<Path>> newSockets) {
        sockets = newSockets;
        served = true;
    }

    /** Whether its devices have vfio-user sockets. */
    public boolean isServed() {
        return served;
    }

    @Override
    public String kind() {
        return "user";
    }

    @Override
    public Machine machine() {
        return Machine.of(Root.ofThisMachine());
    }

    @Override
    public Inventory types() {
        List<Finding> findings = new ArrayList<>(troubles);
        return new Inventory(parents(findings), List.of(), findings);
    }

    @Override
    public Inventory inventory() {
        List<Finding> findings = new ArrayList<>(troubles);
        List<MdevParent> parents = parents(findings);
        List<HostDevice> devices = new ArrayList<>();
        core.devices().stream()
                .sorted(Comparator.comparing(device -> device.busDevice().bus()))
                .forEach(device -> {
                    devices.add(shown(device));
                    if (device.hangs()) {
                        findings.add(hanging(device.name()));
                    }
                });
        return new Inventory(parents, devices, findings);
    }

    @Override
    public Optional<HostDevice> find(String name) {
        return core.device(name).map(this::shown);
    }

    @Override
    public VfioDevice open(HostDevice device) {
        return core.open(device.name(), self);
    }

    /** Whether a type's driver would load a state that is called so; empty where there is no such type, or it names no states. */
    public Optional<Boolean> acceptsMigrationVersion(String parent, String type, String version) {
        return mdev.parent(parent)
                .flatMap(p -> p.type(type)
                        .filter(t -> p.migrationVersion(t).isPresent())
                        .map(t -> p.acceptsMigrationVersion(t, version)));
    }

    /**
     * Makes a mediated device.
     *
     * @throws RefusedException with what is missing, who holds it, and what to do
     */
    public HostDevice start(String parent, String type, UUID uuid) {
        return new Starting(mdev).start(parent, type, uuid, this::shown);
    }

    /**
     * Removes a mediated device.
     *
     * @param bound how long to wait while it is open
     * @throws RefusedException ENODEV if there is none; EBUSY if it is still open then
     */
    public void stop(UUID uuid, Duration bound) {
        stop(uuid, bound, () -> {});
    }

    /**
     * The same for somebody who has it open.
     *
     * @param lastUse runs once nobody can open it any more: the place to close it
     */
    public void stop(UUID uuid, Duration bound, Runnable lastUse) {
        try {
            mdev.remove(uuid.toString(), bound, lastUse);
        } catch (ErrnoException e) {
            throw Starting.notStopped(uuid, bound, e);
        }
    }

    /**
     * Writes a file of a mediated device, as who writes to it in its directory in sysfs.
     *
     * @param file its path in that directory, such as {@code nvidia/vgpu_params}
     * @throws RefusedException ENOENT if it has no such file; EACCES if it cannot be written; what the driver answers, such as EINVAL
     */
    public void write(UUID uuid, String file, String value) {
        MdevDevice device = mdev.device(uuid.toString())
                .orElseThrow(() -> new RefusedException(Errno.ENODEV, "there is no active device " + uuid, ""));
        String subject =
                "the attribute " + file + " of " + uuid + " (" + device.type().id() + ")";
        if (!(tree.find(device.core().busDevice().path() + "/" + file).orElse(null)
                instanceof Node.Attribute attribute)) {
            throw new RefusedException(Errno.ENOENT, subject + " does not exist", "");
        }
        try {
            attribute.store(value.getBytes(StandardCharsets.UTF_8));
        } catch (ErrnoException e) {
            throw new RefusedException(
                    e.errno(), subject + " cannot be set to \"" + value + "\": " + e.getMessage(), "");
        }
    }

    @Override
    public void close() {
        core.close();
    }

    private void register(String what, Runnable action) {
        try {
            action.run();
        } catch (ErrnoException e) {
            troubles.add(new Finding(
                    "driver-failed",
                    Finding.Severity.WARNING,
                    what,
                    "is left out, because its driver failed: " + e.getMessage(),
                    "Report it to the driver's author."));
        }
    }

    private List<MdevParent> parents(List<Finding> findings) {
        return mdev.parents().stream()
                .map(parent -> new MdevParent(
                        parent.name(),
                        parent.driverName(),
                        parent.driverVersion().orElse(null),
                        parent.types().stream()
                                .map(type -> shown(parent, type, findings))
                                .toList()))
                .toList();
    }

    private static MdevParent.Type shown(
            org.vfio4j.vfio.mdev.MdevParent parent, MdevType type, List<Finding> findings) {
        Integer available = null;
        try {
            available = parent.availableInstances(type);
        } catch (ErrnoException e) {
            findings.add(new Finding(
                    "driver-failed",
                    Finding.Severity.WARNING,
                    parent.name() + "/" + type.id(),
                    "its driver does not say how many can be made: " + e.getMessage(),
                    "Report it to the driver's author."));
        }
        Optional<MigrationVersion> states = parent.migrationVersion(type);
        return new MdevParent.Type(
                type.id(),
                type.name(),
                type.description().orElse(null),
                available,
                type.deviceApi(),
                states.map(MigrationVersion::saved).orElse(null),
                states.map(MigrationVersion::accepted).orElse(List.of()));
    }

    private HostDevice shown(CoreDevice device) {
        Optional<MdevDevice> mediated = mdev.device(device.name());
        boolean isUsed = device.openCount() > 0 || device.group().isOpen();
        String guest = device.guestDriverVersion();
        return new HostDevice(
                device.name(),
                kind(device.busDevice().bus()),
                mediated.map(m -> m.parent().name()).orElse(null),
                mediated.map(m -> m.type().id()).orElse(null),
                device.busDevice().driver(),
                device.hostDriverVersion().orElse(null),
                true,
                device.group().number(),
                null,
                isUsed ? Usage.inUse(List.of()) : Usage.FREE,
                guest.isEmpty() ? null : guest,
                sockets.apply(device.name()).map(Path::toString).orElse(null),
                null);
    }

    private static DeviceKind kind(Bus bus) {
        return switch (bus) {
            case MDEV -> DeviceKind.MDEV;
            case PCI -> DeviceKind.PCI;
            case PLATFORM -> DeviceKind.PLATFORM;
        };
    }

    private static Finding hanging(String device) {
        return new Finding(
                "driver-hangs",
                Finding.Severity.WARNING,
                device,
                "its driver has not come back from a call",
                "Other devices are not concerned. Report it to the driver's author; it ends with the host.");
    }
}
