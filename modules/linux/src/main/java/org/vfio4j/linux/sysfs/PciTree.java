/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** PCI functions, as far as VFIO is concerned ({@code Documentation/ABI/testing/sysfs-bus-pci}). */
public final class PciTree {
    private static final String DEVICES = "/sys/bus/pci/devices";
    /** What driver_override holds while none is set. */
    private static final String NO_OVERRIDE = "(null)";

    private final Root root;

    private PciTree(Root root) {
        this.root = root;
    }

    public static PciTree of(Root root) {
        return new PciTree(root);
    }

    /**
     * A PCI function.
     *
     * @param address domain, bus, device and function, such as {@code 0000:00:02.0}
     * @param id who made it and what it is
     * @param bound its path, driver, IOMMU group and VFIO device
     * @param driverOverride the only driver that may bind to it, if one is set
     * @param physfn the address of the physical function that it is a virtual one of
     * @param numvfs how many virtual functions it has enabled; empty where it cannot have any
     * @param nvidiaVgpu whether it has the {@code nvidia} directory of a vGPU without mdev (vendor-specific VFIO, vGPU 17 and later)
     */
    public record PciFunction(
            String address,
            Id id,
            BoundDevice bound,
            Optional<String> driverOverride,
            Optional<String> physfn,
            OptionalInt numvfs,
            boolean nvidiaVgpu) {
        /** Whether a VFIO driver is bound to it, so that it could be opened. */
        public boolean isVfioBound() {
            return bound.vfioDev().isPresent()
                    || bound.driver().filter(PciTree::isVfioDriver).isPresent();
        }
    }

    /** The numbers of the configuration space; each is empty if its attribute is missing or no hexadecimal number. */
    public record Id(
            OptionalInt vendor,
            OptionalInt device,
            OptionalInt classCode,
            OptionalInt subsystemVendor,
            OptionalInt subsystemDevice) {}

    /** The functions that a VFIO driver is bound to, by address. */
    public Scan<PciFunction> vfioBound() {
        TreeWalk walk = root.walk();
        List<PciFunction> functions = new ArrayList<>();
        walk.forEach(walk.directory(DEVICES), (address, at) -> {
            if (walk.exists(at, BoundDevice.VFIO_DEV)
                    || walk.linkName(at, "driver")
                            .value()
                            .filter(PciTree::isVfioDriver)
                            .isPresent()) {
                functions.add(function(walk, address, at));
            }
        });
        return walk.scan(functions);
    }

    /** One function, whatever its driver; no item and no finding if there is none at that address. */
    public Scan<PciFunction> find(String address) {
        TreeWalk walk = root.walk();
        Optional<PciFunction> function = Optional.empty();
        if (Names.valid(address)) {
            function = walk.take(walk.directory(DEVICES + "/" + address)).map(at -> function(walk, address, at));
        }
        return walk.scan(function.stream().toList());
    }

    /** Whether a driver of this name is a VFIO driver: vfio-pci, or a vendor's variant of it such as mlx5_vfio_pci. */
    public static boolean isVfioDriver(String driver) {
        String name = driver.replace('_', '-');
        return name.equals("vfio-pci") || name.endsWith("-vfio-pci");
    }

    private static PciFunction function(TreeWalk walk, String address, Place at) {
        return new PciFunction(
                address,
                new Id(
                        hexadecimal(walk, at, "vendor"),
                        hexadecimal(walk, at, "device"),
                        hexadecimal(walk, at, "class"),
                        hexadecimal(walk, at, "subsystem_vendor"),
                        hexadecimal(walk, at, "subsystem_device")),
                BoundDevice.read(walk, at),
                walk.take(walk.attribute(at, "driver_override"))
                        .filter(driver -> !driver.isEmpty() && !driver.equals(NO_OVERRIDE)),
                walk.take(walk.linkName(at, "physfn")),
                number(walk, at, "sriov_numvfs", Names::decimal),
                walk.exists(at, "nvidia"));
    }

    private static OptionalInt hexadecimal(TreeWalk walk, Place at, String attribute) {
        return number(walk, at, attribute, Names::hexadecimal);
    }

    private static OptionalInt number(TreeWalk walk, Place at, String attribute, Function<String, OptionalInt> parser) {
        Optional<String> text = walk.take(walk.attribute(at, attribute));
        OptionalInt number = text.isPresent() ? parser.apply(text.get()) : OptionalInt.empty();
        if (text.isPresent() && number.isEmpty()) {
            walk.note(TreeProblem.ATTRIBUTE_MALFORMED.at(
                    at.child(attribute), "is \"" + Names.printable(text.get()) + "\", not a number in range"));
        }
        return number;
    }
}
