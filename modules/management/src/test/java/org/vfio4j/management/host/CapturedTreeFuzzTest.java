/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Prober;
import org.vfio4j.management.probe.Ways;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.management.snapshot.Platform;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.management.snapshot.SnapshotReader;

class CapturedTreeFuzzTest {
    private static final String UUID = "1f0f2d6a-0000-4000-8000-000000000001";
    private static final String PARENT = "/sys/devices/virtual/mtty/mtty";
    private static final String TYPES = PARENT + "/mdev_supported_types";
    private static final String DEVICE = PARENT + "/" + UUID;
    private static final String FUNCTION = "/sys/devices/pci0000:00/0000:00:02.0";

    /** What the bytes say, one line each. */
    private static final List<String> ATTRIBUTES = List.of(
            TYPES + "/mtty-1/name",
            TYPES + "/mtty-1/description",
            TYPES + "/mtty-1/available_instances",
            TYPES + "/mtty-1/device_api",
            TYPES + "/mtty-1/migration_version",
            DEVICE + "/vfio_features/migration",
            "/sys/module/mtty/version",
            FUNCTION + "/vendor",
            FUNCTION + "/device",
            "/sys/kernel/debug/vfio/" + UUID + "/migration/features",
            "/proc/17/comm");

    /** Where links lead, by the lines behind the attributes'. */
    private static final List<String> LINKS = List.of(
            "/sys/class/mdev_bus/mtty",
            "/sys/bus/mdev/devices/" + UUID,
            DEVICE + "/driver",
            DEVICE + "/mdev_type",
            DEVICE + "/iommu_group",
            "/sys/bus/pci/devices/0000:00:02.0",
            FUNCTION + "/driver",
            FUNCTION + "/iommu_group",
            "/proc/17/fd/3");

    /** Where there is one thing more, by the names behind the links. */
    private static final List<String> FOLDERS =
            List.of(TYPES, "/sys/bus/mdev/devices", "/sys/bus/pci/devices", "/sys/class/mdev_bus", "/proc");

    /** Attributes of any bytes, links to anywhere, any names: the host is read, what is wrong is a finding, and its snapshot can be read again. */
    @FuzzTest(maxDuration = "60s")
    void aTreeWithAnythingInIt(byte[] bytes) throws IOException {
        Path folder = Files.createTempDirectory("vfio4j-tree");
        try (KernelHost host = new KernelHost(Root.at(folder))) {
            fill(folder, new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1));
            Inventory inventory = host.inventory();
            assertThat(inventory.findings())
                    .allSatisfy(finding -> assertThat(finding.text()).isNotBlank());
            Prober prober = new Prober(Ways.of(host, false));
            List<DeviceProbe> probes =
                    inventory.devices().stream().map(prober::probe).toList();
            Snapshot snapshot =
                    new Snapshot("captured", "host", "6.12", Platform.UNKNOWN, Instant.EPOCH, inventory, probes);
            byte[] json = Json.snapshot(snapshot).toString().getBytes(StandardCharsets.UTF_8);
            assertThat(SnapshotReader.read(json)).isEqualTo(snapshot);
        } finally {
            delete(folder);
        }
    }

    private static void fill(Path base, String... lines) throws IOException {
        int at = 0;
        for (String attribute : ATTRIBUTES) {
            Path file = below(base, attribute);
            Files.write(file, line(lines, at++).replace('\t', '\n').getBytes(StandardCharsets.ISO_8859_1));
        }
        for (String link : LINKS) {
            try {
                Files.createSymbolicLink(below(base, link), Path.of(line(lines, at++)));
            } catch (InvalidPathException | IOException e) {
                assertThat(e).as("a name that Linux does not have").isNotNull();
            }
        }
        for (String folder : FOLDERS) {
            String name = line(lines, at++);
            if (!name.contains("/") && !name.isEmpty()) {
                try {
                    Files.createDirectories(base.resolve(folder.substring(1)).resolve(name));
                } catch (InvalidPathException | IOException e) {
                    assertThat(e).as("a name that Linux does not have").isNotNull();
                }
            }
        }
    }

    private static String line(String[] lines, int at) {
        return at < lines.length ? lines[at] : "";
    }

    private static Path below(Path base, String path) throws IOException {
        Path file = base.resolve(path.substring(1));
        Files.createDirectories(file.getParent());
        return file;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
