/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A captured tree in a folder of the test's own, to be changed at will. The folder {@code src/test/trees/samples} of this module, which
 * {@code bench/make-tree} wrote, is what a kernel shows with one mdev of each sample type; tests of other modules read it there.
 */
final class CapturedTree {
    static final Path SAMPLES = Path.of("src/test/trees/samples");

    private final Path base;

    private CapturedTree(Path base) {
        this.base = base;
    }

    /** Nothing but the folder itself. */
    static CapturedTree empty(Path folder) {
        return new CapturedTree(folder);
    }

    /** The eight sample devices. */
    static CapturedTree samples(Path folder) {
        try (Stream<Path> all = Files.walk(SAMPLES)) {
            for (Path from : all.skip(1).toList()) {
                Files.copy(from, folder.resolve(SAMPLES.relativize(from).toString()), LinkOption.NOFOLLOW_LINKS);
            }
            return new CapturedTree(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Root root() {
        return Root.at(base);
    }

    Path path(String path) {
        return base.resolve(path.substring(1));
    }

    CapturedTree directory(String path) {
        return io(() -> Files.createDirectories(path(path)));
    }

    CapturedTree attribute(String path, String text) {
        return bytes(path, text.getBytes(StandardCharsets.UTF_8));
    }

    CapturedTree bytes(String path, byte[] bytes) {
        directory(path.substring(0, path.lastIndexOf('/')));
        return io(() -> Files.write(path(path), bytes));
    }

    CapturedTree link(String path, String target) {
        directory(path.substring(0, path.lastIndexOf('/')));
        return io(() -> Files.createSymbolicLink(path(path), Path.of(target)));
    }

    CapturedTree fifo(String path) {
        return run("mkfifo", path(path).toString());
    }

    CapturedTree delete(String path) {
        return io(() -> Files.delete(path(path)));
    }

    /** Runs a command, for what Java cannot make. */
    CapturedTree run(String... command) {
        return io(() -> {
            Process process = new ProcessBuilder(command).inheritIO().start();
            try {
                if (process.waitFor() != 0) {
                    throw new IOException(List.of(command) + " ended with " + process.exitValue());
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                throw new IOException(e);
            }
        });
    }

    /** A PCI function as the kernel shows it: the directory, the bus's link to it, and the ids. */
    CapturedTree pciFunction(String address, String driver) {
        String at = "/sys/devices/pci0000:00/" + address;
        directory(at);
        link("/sys/bus/pci/devices/" + address, "../../../devices/pci0000:00/" + address);
        link(at + "/subsystem", "../../../bus/pci");
        if (!driver.isEmpty()) {
            link(at + "/driver", "../../../bus/pci/drivers/" + driver);
        }
        attribute(at + "/vendor", "0x10de\n");
        attribute(at + "/device", "0x26b1\n");
        attribute(at + "/class", "0x030200\n");
        attribute(at + "/subsystem_vendor", "0x10de\n");
        attribute(at + "/subsystem_device", "0x1756\n");
        return attribute(at + "/driver_override", "(null)\n");
    }

    private interface Io {
        void run() throws IOException;
    }

    private CapturedTree io(Io action) {
        try {
            action.run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
