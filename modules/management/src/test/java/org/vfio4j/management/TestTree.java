/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.host.KernelHost;

/** A captured tree in a folder of the test's own. */
public final class TestTree {
    /** The kernel's eight sample devices, as the linux module's tests have them. */
    private static final Path SAMPLES = Path.of("../linux/src/test/trees/samples");

    private final Path base;

    private TestTree(Path base) {
        this.base = base;
    }

    public static TestTree empty(Path folder) {
        return new TestTree(folder);
    }

    public static TestTree samples(Path folder) {
        try (Stream<Path> all = Files.walk(SAMPLES)) {
            for (Path from : all.skip(1).toList()) {
                Files.copy(from, folder.resolve(SAMPLES.relativize(from).toString()), LinkOption.NOFOLLOW_LINKS);
            }
            return new TestTree(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public KernelHost host() {
        return new KernelHost(Root.at(base));
    }

    public Path path(String path) {
        return base.resolve(path.substring(1));
    }

    public TestTree directory(String path) {
        return io(() -> Files.createDirectories(path(path)));
    }

    public TestTree attribute(String path, String text) {
        directory(path.substring(0, path.lastIndexOf('/')));
        return io(() -> Files.writeString(path(path), text));
    }

    public TestTree link(String path, String target) {
        directory(path.substring(0, path.lastIndexOf('/')));
        return io(() -> {
            Files.deleteIfExists(path(path));
            Files.createSymbolicLink(path(path), Path.of(target));
        });
    }

    /** A PCI function in a group, bound to {@code driver} unless that is empty. */
    public TestTree pci(String address, String driver, int group) {
        String at = "/sys/devices/pci0000:00/" + address;
        directory(at);
        link("/sys/bus/pci/devices/" + address, "../../../devices/pci0000:00/" + address);
        if (!driver.isEmpty()) {
            link(at + "/driver", "../../../bus/pci/drivers/" + driver);
        }
        return group(at, address, group);
    }

    /** A platform device in a group, bound to {@code driver}. */
    public TestTree platform(String name, String driver, int group) {
        String at = "/sys/devices/platform/" + name;
        directory(at);
        link("/sys/bus/platform/devices/" + name, "../../../devices/platform/" + name);
        link(at + "/driver", "../../../bus/platform/drivers/" + driver);
        return group(at, name, group);
    }

    /** A process that has {@code nodes} open. */
    public TestTree process(int pid, String command, String... nodes) {
        attribute("/proc/" + pid + "/comm", command + "\n");
        directory("/proc/" + pid + "/fd");
        for (int fd = 0; fd < nodes.length; fd++) {
            link("/proc/" + pid + "/fd/" + (fd + 3), nodes[fd]);
        }
        return this;
    }

    private TestTree group(String device, String name, int group) {
        String groups = "/sys/kernel/iommu_groups/" + group;
        link(device + "/iommu_group", "../../../kernel/iommu_groups/" + group);
        return link(groups + "/devices/" + name, "../../../.." + device.substring("/sys".length()));
    }

    private interface Io {
        void run() throws IOException;
    }

    private TestTree io(Io action) {
        try {
            action.run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
