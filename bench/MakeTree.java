/* SPDX-License-Identifier: Apache-2.0 */

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes a captured tree of mediated devices of mbochs, mdpy and mtty into a new folder, in the shape that a kernel 6.12 without
 * VFIO_DEVICE_CDEV shows them. What no file can be (device nodes, write-only attributes) is an empty file.
 */
final class MakeTree {
    private static final String VIRTUAL = "sys/devices/virtual/";

    /** A type, its attributes, and the one attribute that its driver shows of a device; {@code %s} is the device's UUID. */
    private record Type(
            String id, String name, String description, int free, int freeOfSamples, String attribute, String value) {
        String driver() {
            return id.substring(0, id.indexOf('-'));
        }
    }

    /** As captured from the kernel; {@code freeOfSamples} is what is left when there is one device of each type. */
    private static final List<Type> TYPES = List.of(
            bochs("large", 64, 4, 2),
            bochs("medium", 16, 16, 10),
            bochs("small", 4, 64, 43),
            mdpy("hd", "1920x1080"),
            mdpy("vga", "640x480"),
            mdpy("xga", "1024x768"),
            mtty("mtty-1", "Single port serial", 24, 21),
            mtty("mtty-2", "Dual port serial", 12, 10));

    private record Device(String uuid, int number, Type type) {
        String path() {
            return parentOf(type) + "/" + uuid;
        }
    }

    private final Path base;
    private final List<Device> devices = new ArrayList<>();
    private final boolean samples;

    private MakeTree(Path base, int count, boolean samples) {
        this.base = base;
        this.samples = samples;
        for (int i = 0; i < count; i++) {
            String uuid = String.format("1f0f2d6a-0000-4000-8000-%012x", i + 1);
            devices.add(new Device(uuid, i, TYPES.get(i % TYPES.size())));
        }
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2 || !arguments[1].matches("samples|[0-9]{1,6}")) {
            System.err.println("usage: make-tree DIR COUNT|samples (DIR must not exist yet)");
            System.exit(2);
        }
        Path base = Path.of(arguments[0]);
        if (Files.exists(base)) {
            System.err.println("make-tree: " + base + " exists: remove it, or name another folder");
            System.exit(3);
        }
        boolean samples = arguments[1].equals("samples");
        new MakeTree(base, samples ? TYPES.size() : Integer.parseInt(arguments[1]), samples).write();
    }

    private void write() throws IOException {
        writeBus();
        for (Type type : TYPES) {
            writeType(type);
        }
        // Writing is mostly waiting for the file system, so more threads than one pay.
        IntStream.range(0, devices.size()).parallel().forEach(i -> {
            try {
                writeDevice(devices.get(i));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void writeBus() throws IOException {
        for (String folder : List.of(
                "sys/bus/mdev/devices",
                "sys/class/mdev_bus",
                "sys/class/vfio",
                "sys/class/vfio-dev",
                "sys/devices/virtual/vfio",
                "sys/kernel/iommu_groups",
                "dev/vfio")) {
            Files.createDirectories(base.resolve(folder));
        }
        file("dev/vfio/vfio", "");
        for (String driver : List.of("mbochs", "mdpy", "mtty")) {
            String parent = VIRTUAL + driver + "/" + driver;
            Files.createDirectories(base.resolve("sys/bus/mdev/drivers/" + driver));
            Files.createDirectories(base.resolve("sys/module/" + driver));
            file("sys/module/" + driver + "/initstate", "live\n");
            Files.createDirectories(base.resolve("sys/class/" + driver));
            Files.createDirectories(base.resolve(parent + "/mdev_supported_types"));
            link(parent + "/subsystem", "../../../../class/" + driver);
            link("sys/class/" + driver + "/" + driver, "../../devices/virtual/" + driver + "/" + driver);
            link("sys/class/mdev_bus/" + driver, "../../devices/virtual/" + driver + "/" + driver);
        }
        file("sys/module/mtty/version", "0.1\n");
    }

    private void writeType(Type type) throws IOException {
        String at = parentOf(type) + "/mdev_supported_types/" + type.id() + "/";
        Files.createDirectories(base.resolve(at + "devices"));
        file(at + "name", type.name() + "\n");
        if (!type.description().isEmpty()) {
            file(at + "description", type.description() + "\n");
        }
        file(at + "available_instances", (samples ? type.freeOfSamples() : type.free()) + "\n");
        file(at + "device_api", "vfio-pci\n");
        file(at + "create", "");
    }

    private void writeDevice(Device device) throws IOException {
        String at = device.path() + "/";
        String uuid = device.uuid();
        String driver = device.type().driver();
        String fromBus = "../../../devices/virtual/" + driver + "/" + driver + "/" + uuid;
        folder(device.path());
        link(at + "driver", "../../../../../bus/mdev/drivers/" + driver);
        link(at + "iommu_group", "../../../../../kernel/iommu_groups/" + device.number());
        link(at + "mdev_type", "../mdev_supported_types/" + device.type().id());
        link(at + "subsystem", "../../../../../bus/mdev");
        file(at + "remove", "");
        file(at + "uevent", "DRIVER=" + driver + "\n");
        folder(at + "vendor");
        file(
                at + "vendor/" + device.type().attribute(),
                device.type().value().formatted(uuid) + "\n");
        link("sys/bus/mdev/devices/" + uuid, fromBus);
        link("sys/bus/mdev/drivers/" + driver + "/" + uuid, "../../../../devices/virtual/" + driver + "/" + driver + "/"
                + uuid);
        link(parentOf(device.type()) + "/mdev_supported_types/" + device.type().id() + "/devices/" + uuid, "../../../"
                + uuid);
        writeVfio(device, at);
        writeGroup(device, driver);
    }

    private void writeVfio(Device device, String at) throws IOException {
        String vfio = "vfio" + device.number();
        folder(at + "vfio-dev");
        folder(at + "vfio-dev/" + vfio);
        link(at + "vfio-dev/" + vfio + "/device", "../../../" + device.uuid());
        link(at + "vfio-dev/" + vfio + "/subsystem", "../../../../../../../class/vfio-dev");
        file(at + "vfio-dev/" + vfio + "/uevent", "");
        link("sys/class/vfio-dev/" + vfio, "../../" + at.substring("sys/".length()) + "vfio-dev/" + vfio);
    }

    private void writeGroup(Device device, String driver) throws IOException {
        String group = "sys/kernel/iommu_groups/" + device.number();
        folder(group);
        folder(group + "/devices");
        link(group + "/devices/" + device.uuid(), "../../../../devices/virtual/" + driver + "/" + driver + "/"
                + device.uuid());
        file(group + "/name", "vfio-noiommu\n");
        file(group + "/type", "unknown\n");
        folder("sys/devices/virtual/vfio/" + device.number());
        file("sys/devices/virtual/vfio/" + device.number() + "/uevent", "DEVNAME=vfio/" + device.number() + "\n");
        link("sys/class/vfio/" + device.number(), "../../devices/virtual/vfio/" + device.number());
        file("dev/vfio/" + device.number(), "");
    }

    private void folder(String path) throws IOException {
        Files.createDirectory(base.resolve(path));
    }

    private void file(String path, String text) throws IOException {
        Files.writeString(base.resolve(path), text);
    }

    private void link(String path, String target) throws IOException {
        Files.createSymbolicLink(base.resolve(path), Path.of(target));
    }

    private static String parentOf(Type type) {
        return VIRTUAL + type.driver() + "/" + type.driver();
    }

    private static Type bochs(String size, int megabytes, int free, int freeOfSamples) {
        String id = "mbochs-" + size;
        String description = "virtual display, " + megabytes + " MB video memory";
        return new Type(id, id, description, free, freeOfSamples, "memory", megabytes + " MB");
    }

    private static Type mdpy(String mode, String resolution) {
        String id = "mdpy-" + mode;
        String description = "virtual display, " + resolution + " framebuffer";
        return new Type(id, id, description, 4, 1, "resolution", resolution);
    }

    private static Type mtty(String id, String name, int free, int freeOfSamples) {
        return new Type(id, name, "", free, freeOfSamples, "sample_mdev_dev", "This is MDEV %s");
    }
}
