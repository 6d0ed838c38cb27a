/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.probe.DeviceProbe;

/**
 * Reads what {@link Json#snapshot} wrote. The file may come from anybody: every value is checked, sizes are bounded, keys of a later minor
 * release are passed over.
 */
public final class SnapshotReader {
    /** The largest snapshot that is read, in bytes: a host with 100,000 devices makes about 130 MB. */
    public static final int MAX_BYTES = 512 << 20;

    private SnapshotReader() {}

    /** Reads a snapshot from UTF-8 JSON; a {@link SnapshotException} says where it is wrong. */
    public static Snapshot read(byte[] json) {
        return read(BoundedJson.parse(json, "snapshot", MAX_BYTES, SnapshotException::new));
    }

    /** Reads one that is part of a document. */
    public static Snapshot read(Cursor at) {
        Cursor root = at.object();
        int schema = root.at("schema").integer();
        if (schema < 1) {
            throw root.at("schema").wrong("a number from 1");
        }
        if (schema > Snapshot.SCHEMA) {
            throw new SnapshotException(
                    "schema", schema + " is newer than this release reads (" + Snapshot.SCHEMA + "): update vfio4j");
        }
        List<DeviceProbe> probes = root.at("devices").each(InventoryReader::probe);
        Inventory inventory = new Inventory(
                root.at("parents").each(InventoryReader::parent),
                probes.stream().map(DeviceProbe::device).toList(),
                root.at("findings").each(InventoryReader::finding));
        return new Snapshot(
                root.at("host").text(),
                root.at("host_name").text(),
                root.at("kernel").text(),
                new Platform(
                        root.at("qemu").textOrNull(),
                        root.at("libvirt").textOrNull(),
                        root.at("iommu_dirty_tracking").booleanOrNull()),
                instant(root.at("taken")),
                inventory,
                probes);
    }

    private static Instant instant(Cursor at) {
        try {
            return Instant.parse(at.text());
        } catch (DateTimeParseException e) {
            throw at.wrong("an instant such as 2026-11-23T10:15:30Z");
        }
    }
}
