/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import static org.vfio4j.linux.Errno.ENODEV;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.UUID;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.mdev.MdevDriver;
import org.vfio4j.vfio.mdev.MdevType;

/** A host inside this process with one device of every type that the installed vendor drivers offer: nothing of the machine is needed. */
public final class EmbeddedHost implements Host {
    private final List<MdevDriver> drivers;
    private final Map<String, Embedded> devices;

    private record Embedded(HostDevice shown, SharedDevice device) {}

    /** Loads the installed vendor drivers and makes one device of each of their types. */
    public EmbeddedHost() {
        this(ServiceLoader.load(MdevDriver.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList());
    }

    /** Makes one device of each type of these drivers. */
    public EmbeddedHost(List<MdevDriver> drivers) {
        this.drivers =
                drivers.stream().sorted(Comparator.comparing(MdevDriver::name)).toList();
        devices = new LinkedHashMap<>();
        int group = 0;
        for (MdevDriver driver : this.drivers) {
            for (MdevType type : driver.types()) {
                UUID uuid = uuid(driver, type);
                HostDevice shown = new HostDevice(
                        uuid.toString(),
                        DeviceKind.MDEV,
                        driver.name(),
                        type.id(),
                        driver.name(),
                        null,
                        true,
                        group++,
                        null,
                        Usage.FREE);
                devices.put(shown.name(), new Embedded(shown, new SharedDevice(driver.create(uuid, type))));
            }
        }
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
        return new Inventory(drivers.stream().map(EmbeddedHost::parent).toList(), List.of(), List.of());
    }

    @Override
    public Inventory inventory() {
        return new Inventory(
                types().parents(),
                devices.values().stream().map(EmbeddedHost::withUsage).toList(),
                List.of());
    }

    private static MdevParent parent(MdevDriver driver) {
        return new MdevParent(
                driver.name(),
                driver.types().stream()
                        .map(t -> new MdevParent.Type(
                                t.id(),
                                t.name(),
                                t.description().orElse(null),
                                driver.availableInstances(t),
                                t.deviceApi()))
                        .toList());
    }

    @Override
    public Optional<HostDevice> find(String name) {
        return Optional.ofNullable(devices.get(name)).map(EmbeddedHost::withUsage);
    }

    @Override
    public VfioDevice open(HostDevice device) {
        Embedded embedded = devices.get(device.name());
        if (embedded == null) {
            throw new OpenException(OpenException.Step.OPEN, ENODEV, "open " + device.name());
        }
        return embedded.device().open(device.name());
    }

    @Override
    public void close() {
        devices.values().forEach(embedded -> embedded.device().remove());
    }

    private static HostDevice withUsage(Embedded embedded) {
        return embedded.device().isOpen() ? embedded.shown().withUsage(Usage.inUse(List.of())) : embedded.shown();
    }

    /** The same at every start, so that outputs can be compared. */
    private static UUID uuid(MdevDriver driver, MdevType type) {
        return UUID.nameUUIDFromBytes((driver.name() + "/" + type.id()).getBytes(StandardCharsets.UTF_8));
    }
}
