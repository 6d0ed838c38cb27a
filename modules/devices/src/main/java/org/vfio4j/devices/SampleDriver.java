/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.mdev.MdevDriver;
import org.vfio4j.vfio.mdev.MdevType;
import org.vfio4j.vfio.mdev.MigrationVersion;

/** What the parents of the kernel's samples have in common: types that share one stock, each of which takes its own part of it. */
abstract class SampleDriver implements MdevDriver {
    /** VERSION_STRING of the kernel's mtty; the other modules have none. */
    private static final String VERSION = "0.1";

    private final String name;
    private final List<SampleModel> models;
    private final DeviceFeatures features;
    private final Stock stock;

    /**
     * @param models in the order of their ids
     */
    SampleDriver(String name, SampleModel[] models, DeviceFeatures features, Stock stock) {
        this.name = name;
        this.models = List.of(models);
        this.features = features;
        this.stock = stock;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final List<MdevType> types() {
        return models.stream()
                .map(model -> new MdevType(model.id(), model.title(), model.description(), MdevType.VFIO_PCI))
                .toList();
    }

    @Override
    public final int availableInstances(MdevType type) {
        return stock.shares(model(type).share());
    }

    @Override
    public final DeviceFeatures features(MdevType type) {
        model(type);
        return features;
    }

    @Override
    public final VfioDevice create(UUID uuid, MdevType type) {
        SampleModel model = model(type);
        return stock.hold(model.share(), model::make);
    }

    @Override
    public final Map<String, String> vendorAttributes(UUID uuid, MdevType type) {
        return model(type).attributes(uuid);
    }

    @Override
    public final Optional<String> hostDriverVersion() {
        return Optional.of(VERSION);
    }

    @Override
    public final Optional<MigrationVersion> migrationVersion(MdevType type) {
        return Optional.of(model(type).stateVersion());
    }

    private SampleModel model(MdevType type) {
        return models.stream()
                .filter(model -> model.id().equals(type.id()))
                .findFirst()
                .orElseThrow(() -> new VfioException(Errno.EINVAL, name + " has no type " + type.id()));
    }
}
