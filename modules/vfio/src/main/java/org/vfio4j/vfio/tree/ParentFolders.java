/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevDevice;
import org.vfio4j.vfio.mdev.MdevParent;
import org.vfio4j.vfio.mdev.MdevType;
import org.vfio4j.vfio.mdev.ParentDevice;
import org.vfio4j.vfio.mdev.Uuids;

/** The directories of parents, with their types and their devices. */
final class ParentFolders {
    static final String TYPES = "mdev_supported_types";

    private final MdevCore mdev;
    private final DeviceFolders devices;

    ParentFolders(MdevCore mdev, DeviceFolders devices) {
        this.mdev = mdev;
        this.devices = devices;
    }

    /** A parent's directory. */
    Folder parent(MdevParent parent) {
        ParentDevice device = parent.device();
        String path = device.path();
        Folder.Builder folder = Folder.whileTrue(
                () -> mdev.parent(parent.name()).filter(parent::equals).isPresent());
        folder.entry(TYPES, () -> types(parent))
                .link("subsystem", path, "/" + device.subsystem())
                .entry("power", () -> DeviceFolders.power(folder.alive()))
                .entry("uevent", () -> devices.uevent(folder.alive(), path, subsystem(device), properties(device)))
                .entries(
                        () -> mdev.devices(parent).stream()
                                .map(found -> found.uuid().toString())
                                .toList(),
                        uuid -> find(parent, uuid).map(devices::mediated));
        device.driver()
                .ifPresent(driver -> folder.link("driver", path, "/" + device.subsystem() + "/drivers/" + driver));
        device.pci().ifPresent(pci -> DeviceFolders.pci(folder, pci));
        device.attributes().forEach((name, text) -> folder.line(name, () -> text));
        return folder.build();
    }

    private Node types(MdevParent parent) {
        return Folder.of(
                () -> parent.types().stream().map(MdevType::id).toList(),
                id -> parent.type(id).map(type -> type(parent, type)));
    }

    private Node type(MdevParent parent, MdevType type) {
        Folder.Builder folder = Folder.always().line("name", type::name);
        type.description().ifPresent(description -> folder.line("description", () -> description));
        migrationVersion(folder, parent, type);
        String path = parent.device().path() + "/" + TYPES + "/" + type.id() + "/devices";
        return folder.line("available_instances", () -> String.valueOf(parent.availableInstances(type)))
                .line("device_api", type::deviceApi)
                .entry("create", () -> File.writeOnly(folder.alive(), written -> create(parent, type, written)))
                .entry(
                        "devices",
                        () -> Folder.of(
                                () -> mdev.devices(parent, type).stream()
                                        .map(device -> device.uuid().toString())
                                        .toList(),
                                uuid -> find(parent, uuid)
                                        .filter(device -> device.type().equals(type))
                                        .map(device -> Links.from(
                                                path, device.core().busDevice().path()))))
                .build();
    }

    /**
     * What the driver calls the states it saves; who writes another driver's text asks whether this one would load such a state, and EINVAL is no.
     * A type's and each of its devices'.
     */
    static void migrationVersion(Folder.Builder folder, MdevParent parent, MdevType type) {
        parent.migrationVersion(type)
                .ifPresent(known -> folder.entry(
                                "migration_version",
                                () -> File.line(folder.alive(), known::saved, written -> judge(parent, type, written)))
                        .line("migration_accepts", () -> String.join("\n", known.accepted())));
    }

    private static void judge(MdevParent parent, MdevType type, byte[] written) {
        String text = new String(written, StandardCharsets.UTF_8);
        String version = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        if (!parent.acceptsMigrationVersion(type, version)) {
            throw new VfioException(Errno.EINVAL, parent.driverName() + " does not load such a state");
        }
    }

    private Optional<MdevDevice> find(MdevParent parent, String uuid) {
        return mdev.device(uuid).filter(device -> device.parent() == parent);
    }

    /** create_store of drivers/vfio/mdev/mdev_sysfs.c: 36 bytes, or 37 of which the last does not matter. */
    private void create(MdevParent parent, MdevType type, byte[] written) {
        if (written.length < Uuids.LENGTH || written.length > Uuids.LENGTH + 1) {
            throw new VfioException(Errno.EINVAL, written.length + " bytes are no UUID");
        }
        String uuid = new String(written, 0, Uuids.LENGTH, StandardCharsets.ISO_8859_1);
        mdev.create(parent, type, Uuids.parse(uuid));
    }

    private static String subsystem(ParentDevice device) {
        return device.subsystem().substring(device.subsystem().lastIndexOf('/') + 1);
    }

    private static Map<String, String> properties(ParentDevice device) {
        String driver = device.driver().orElse("");
        return device.pci()
                .map(pci -> Uevent.of(device.name(), driver, pci))
                .orElseGet(() -> driver.isEmpty() ? Map.of() : Map.of("DRIVER", driver));
    }
}
