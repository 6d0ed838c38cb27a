/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.mdev.MdevDriver;
import org.vfio4j.vfio.mdev.MdevType;
import org.vfio4j.vfio.mdev.MigrationVersion;

/** A vendor driver whose types are the devices that its test gave it; three more can be made of each. */
public final class TestDriver implements MdevDriver {
    private final String name;
    private final Map<String, VfioDevice> devices = new LinkedHashMap<>();
    private Optional<MigrationVersion> states = Optional.empty();

    public TestDriver(String name) {
        this.name = name;
    }

    /** Offers a type, of which {@code device} is the one device. */
    public TestDriver type(String id, VfioDevice device) {
        devices.put(id, device);
        return this;
    }

    /** Says what it calls the states of its devices, and which it loads. */
    public TestDriver states(String saved, String... accepted) {
        states = Optional.of(new MigrationVersion(saved, List.of(accepted)));
        return this;
    }

    @Override
    public Optional<MigrationVersion> migrationVersion(MdevType type) {
        return states;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<MdevType> types() {
        return devices.keySet().stream()
                .map(id -> new MdevType(id, "name of " + id, Optional.empty(), MdevType.VFIO_PCI))
                .toList();
    }

    @Override
    public int availableInstances(MdevType type) {
        return 3;
    }

    @Override
    public DeviceFeatures features(MdevType type) {
        return DeviceFeatures.NONE;
    }

    @Override
    public VfioDevice create(UUID uuid, MdevType type) {
        VfioDevice device = devices.get(type.id());
        if (device == null) {
            throw new AssertionError("not a type of this driver: " + type);
        }
        return device;
    }

    @Override
    public Map<String, String> vendorAttributes(UUID uuid, MdevType type) {
        return Map.of();
    }
}
