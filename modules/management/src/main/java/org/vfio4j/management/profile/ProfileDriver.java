/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.profile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.bus.PciIdentity;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.OpenContext;
import org.vfio4j.vfio.core.Query;
import org.vfio4j.vfio.mdev.MdevDriver;
import org.vfio4j.vfio.mdev.MdevType;
import org.vfio4j.vfio.mdev.ParentDevice;

/** One parent of a profile, as a vendor's driver. Its devices are stand-ins, and their {@code vendor/stand_in} says so. */
public final class ProfileDriver implements MdevDriver {
    /** The attribute of a device, and of a parent, that says what it is. */
    static final String STAND_IN = "stand_in";

    private final Profile profile;
    private final Profile.Parent parent;
    private final Map<String, Profile.Type> types = new TreeMap<>();
    private final Map<String, Integer> made = new HashMap<>();
    private final Map<UUID, Map<String, String>> values = new HashMap<>();

    private ProfileDriver(Profile profile, Profile.Parent parent) {
        this.profile = profile;
        this.parent = parent;
        parent.types().forEach(t -> types.put(t.id(), t));
    }

    /** A driver for each of the profile's parents. */
    public static List<MdevDriver> of(Profile profile) {
        List<MdevDriver> drivers = new ArrayList<>();
        profile.parents().forEach(parent -> drivers.add(new ProfileDriver(profile, parent)));
        profile.matrix().ifPresent(matrix -> drivers.add(new ApDriver(profile.name(), matrix)));
        return drivers;
    }

    @Override
    public String name() {
        return profile.driver();
    }

    @Override
    public ParentDevice parent() {
        ParentDevice plain = ParentDevice.pci(parent.address(), profile.driver(), identity(parent.identity()));
        Map<String, String> attributes = new HashMap<>(parent.attributes());
        attributes.put(STAND_IN, "vfio4j profile " + profile.name() + ": not a real device");
        return new ParentDevice(
                plain.name(), plain.path(), plain.subsystem(), plain.driverOrNull(), plain.pciOrNull(), attributes);
    }

    @Override
    public List<MdevType> types() {
        return types.values().stream()
                .map(t -> new MdevType(t.id(), t.name(), Optional.ofNullable(t.descriptionOrNull()), MdevType.VFIO_PCI))
                .toList();
    }

    @Override
    public synchronized int availableInstances(MdevType type) {
        Profile.Type of = require(type);
        int taken = made.entrySet().stream()
                .mapToInt(e -> e.getValue() * cost(e.getKey()))
                .sum();
        boolean others = made.keySet().stream().anyMatch(id -> !id.equals(of.id()));
        if (parent.isUniform() && others) {
            return 0;
        }
        return Math.min((parent.capacity() - taken) / of.cost(), of.most() - made.getOrDefault(of.id(), 0));
    }

    @Override
    public DeviceFeatures features(MdevType type) {
        return require(type).features();
    }

    @Override
    public synchronized VfioDevice create(UUID uuid, MdevType type) {
        if (availableInstances(type) == 0) {
            throw new VfioException(Errno.ENOSPC, "nothing is left for a " + type.id() + " on " + parent.address());
        }
        VfioDevice device =
                StandIn.powerOn(parent.identity(), require(type).features(), () -> release(uuid, type.id()));
        made.merge(type.id(), 1, Integer::sum);
        values.put(uuid, atFirst(require(type)));
        return device;
    }

    @Override
    public synchronized Map<String, String> vendorAttributes(UUID uuid, MdevType type) {
        require(type);
        return Map.copyOf(values.getOrDefault(uuid, Map.of()));
    }

    @Override
    public String attributeGroup() {
        return profile.attributeGroup();
    }

    @Override
    public Set<String> writableAttributes(MdevType type) {
        return require(type).attributes().entrySet().stream()
                .filter(e -> e.getValue().isWritable())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    @Override
    public synchronized void writeAttribute(UUID uuid, MdevType type, String name, String value) {
        Map<String, String> attributes = values.get(uuid);
        Profile.Attribute attribute = require(type).attributes().get(name);
        if (attributes == null || attribute == null) {
            throw new VfioException(Errno.ENODEV, uuid + " has no attribute " + name);
        }
        attributes.put(name, attribute.written(value));
    }

    private Map<String, String> atFirst(Profile.Type type) {
        Map<String, String> attributes = new HashMap<>();
        type.attributes()
                .forEach((name, attribute) ->
                        attributes.put(name, attribute.isNumber() ? freeNumber(name) : attribute.value()));
        attributes.put(
                STAND_IN, "vfio4j profile " + profile.name() + ": a plain PCI function, not a real " + type.id());
        return attributes;
    }

    @Override
    public void open(UUID uuid, MdevType type, OpenContext context) {
        if (profile.open() == Profile.Open.WITH_KVM && context.kvm().isEmpty()) {
            throw new VfioException(Errno.ESRCH, "this driver opens only for a virtual machine's KVM");
        }
    }

    @Override
    public Set<Query.Kind> queriesWithoutOpen(MdevType type) {
        return profile.open() == Profile.Open.ALWAYS ? EnumSet.allOf(Query.Kind.class) : Set.of();
    }

    @Override
    public Optional<String> hostDriverVersion() {
        return profile.driverVersion();
    }

    /** The lowest that no other device of the parent has in this attribute. */
    private String freeNumber(String attribute) {
        Set<String> taken = values.values().stream()
                .flatMap(device -> Stream.ofNullable(device.get(attribute)))
                .collect(Collectors.toSet());
        int number = 1;
        while (taken.contains(String.valueOf(number))) {
            number++;
        }
        return String.valueOf(number);
    }

    private synchronized void release(UUID uuid, String type) {
        values.remove(uuid);
        made.computeIfPresent(type, (id, count) -> count == 1 ? null : count - 1);
    }

    private int cost(String type) {
        Profile.Type known = types.get(type);
        return known == null ? 0 : known.cost();
    }

    private Profile.Type require(MdevType type) {
        Profile.Type known = types.get(type.id());
        if (known == null) {
            throw new VfioException(Errno.EINVAL, parent.address() + " has no type " + type.id());
        }
        return known;
    }

    /** The configuration space's header (PCI Local Bus Specification 3.0, chapter 6.1). */
    private static PciIdentity identity(Profile.Identity of) {
        ByteBuffer config = ByteBuffer.allocate(PciIdentity.SIZE).order(ByteOrder.LITTLE_ENDIAN);
        config.putShort(0x00, (short) of.vendor())
                .putShort(0x02, (short) of.device())
                .putInt(0x08, of.classCode() << Byte.SIZE | of.revision())
                .putShort(0x2c, (short) of.subsystemVendor())
                .putShort(0x2e, (short) of.subsystemDevice());
        return PciIdentity.of(config.array());
    }
}
