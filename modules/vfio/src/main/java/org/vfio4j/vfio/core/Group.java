/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/** An IOMMU group: devices that are only isolated together, and so are opened by one user only. Safe for use by many threads. */
public final class Group {
    /** The name of every mediated device's group, though those are no no-IOMMU devices: drivers/vfio/group.c. */
    private static final String MDEV_NAME = "vfio-noiommu";

    private final Object lock;
    private final int number;
    private final Bus bus;
    private final Map<String, CoreDevice> devices = new LinkedHashMap<>();
    private final Map<String, GroupMember> outsiders = new LinkedHashMap<>();
    private NodeAccess access;
    private boolean open;
    private int openDevices;
    private @Nullable Container container;
    private @Nullable Kvm kvm;

    /**
     * @param lock the core's
     */
    Group(Object lock, int number, Bus bus, NodeAccess access) {
        this.lock = lock;
        this.number = number;
        this.bus = bus;
        this.access = access;
    }

    /** As in {@code /dev/vfio/<number>}. */
    public int number() {
        return number;
    }

    /** The group's {@code name} attribute; a hardware group has none. */
    public Optional<String> name() {
        return bus == Bus.MDEV ? Optional.of(MDEV_NAME) : Optional.empty();
    }

    /** The group's {@code type} attribute: of its default domain. */
    public String type() {
        return bus == Bus.MDEV ? "unknown" : "DMA";
    }

    /** Its members that VFIO serves, those aside that are being removed. */
    public List<CoreDevice> devices() {
        synchronized (lock) {
            return devices.values().stream()
                    .filter(device -> !device.isLeaving())
                    .toList();
        }
    }

    /** Whether no member is bound to a driver outside VFIO. */
    public boolean isViable() {
        synchronized (lock) {
            return outsiders.values().stream().allMatch(GroupMember::leavesDmaAlone);
        }
    }

    /** Who may open its node. */
    public NodeAccess access() {
        synchronized (lock) {
            return access;
        }
    }

    /** chown(2) and chmod(2) of its node; who has it open keeps it. */
    public void setAccess(NodeAccess newAccess) {
        synchronized (lock) {
            access = newAccess;
        }
    }

    /** Whether somebody has it open, but for queries. */
    public boolean isOpen() {
        synchronized (lock) {
            return open || openDevices > 0;
        }
    }

    /** Puts a device into the group that VFIO does not serve, or replaces what is known of it. */
    public void putOutsider(GroupMember member) {
        synchronized (lock) {
            outsiders.put(member.name(), member);
        }
    }

    /** Its node's path, for errors. */
    String node() {
        return "/dev/vfio/" + number;
    }

    // what follows is called with the lock held

    void add(CoreDevice device) {
        devices.put(device.name(), device);
    }

    void remove(CoreDevice device) {
        devices.remove(device.name());
    }

    /** Whether nothing needs it any more. */
    boolean isUnused() {
        return devices.isEmpty() && outsiders.isEmpty() && !open && openDevices == 0;
    }

    CoreDevice device(String name) {
        CoreDevice device = devices.get(name);
        if (device == null || device.isLeaving()) {
            throw new VfioException(Errno.ENODEV, node() + " has no device " + name);
        }
        return device;
    }

    void open() {
        if (open || openDevices > 0) {
            throw new VfioException(Errno.EBUSY, node());
        }
        open = true;
    }

    /** The group's descriptor is closed; devices that were opened through it keep the group in its container. */
    void close() {
        open = false;
        leaveContainerIfUnused();
    }

    void deviceOpened() {
        openDevices++;
    }

    void deviceClosed() {
        openDevices--;
        leaveContainerIfUnused();
    }

    boolean inContainer() {
        return container != null;
    }

    void join(Container joined) {
        if (container != null) {
            throw new VfioException(Errno.EINVAL, node() + " is in a container already");
        }
        if (!outsiders.values().stream().allMatch(GroupMember::leavesDmaAlone)) {
            throw new VfioException(Errno.EPERM, node() + " is not viable: " + foreign());
        }
        joined.attach(this);
        container = joined;
    }

    void leave() {
        if (container == null) {
            throw new VfioException(Errno.EINVAL, node() + " is in no container");
        }
        if (openDevices > 0) {
            throw new VfioException(Errno.EBUSY, node() + " has " + openDevices + " open devices");
        }
        detach();
    }

    boolean hasIommu() {
        return container != null && container.hasIommu();
    }

    void setKvm(@Nullable Kvm newKvm) {
        kvm = newKvm;
    }

    @Nullable
    Kvm kvm() {
        return kvm;
    }

    private void leaveContainerIfUnused() {
        if (!open && openDevices == 0) {
            kvm = null;
            if (container != null) {
                detach();
            }
        }
    }

    private void detach() {
        if (container != null) {
            container.detach(this);
            container = null;
        }
    }

    private String foreign() {
        List<String> named = new ArrayList<>();
        for (GroupMember member : outsiders.values()) {
            if (!member.leavesDmaAlone()) {
                named.add(member.name() + " is bound to " + member.driverOrNull());
            }
        }
        return String.join(", ", named);
    }
}
