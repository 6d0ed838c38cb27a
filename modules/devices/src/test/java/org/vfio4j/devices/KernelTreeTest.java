/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.vfio4j.vfio.bus.BusDrivers;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.tree.HostTree;
import org.vfio4j.vfio.tree.Node;

/**
 * The user-space host's sysfs beside the kernel's, captured from a VM with one device of every sample type: the folder {@code
 * src/test/trees/samples} of the module linux.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KernelTreeTest {
    private static final Path CAPTURED = Path.of("../linux/src/test/trees/samples/sys");
    private static final String UUID = "1f0f2d6a-0000-4000-8000-00000000000";

    /** In the order in which the captured ones were made. */
    private static final List<String> TYPES = List.of(
            "mbochs/mbochs-large",
            "mbochs/mbochs-medium",
            "mbochs/mbochs-small",
            "mdpy/mdpy-hd",
            "mdpy/mdpy-vga",
            "mdpy/mdpy-xga",
            "mtty/mtty-1",
            "mtty/mtty-2");

    /** What ours has and the capture has not, and why. */
    private static final Map<String, String> ADDITIONS = Map.of(
            ".*/vfio_features(/(display_region|display_dmabuf|migration))?", "the thread's proposal",
            ".*/(host|guest)_driver_version", "the thread's proposal",
            ".*/migration_(version|accepts)", "the proposal of 2019",
            ".*/power(/control)?", "the kernel has it, the capture left it out",
            "/devices/virtual/[^/]+/[^/]+/uevent", "the kernel has it, the capture left it out",
            "/devices/virtual/vfio/\\d+/subsystem", "the kernel has it, the capture left it out",
            "/module/(mdpy|mbochs)/version", "the kernel's modules have none; ours have a version to compare",
            "/bus/(pci|platform)(/.*)?", "buses without sample devices, which the capture left out");

    /** As {@code ls -l} showed them in the VM, and as the kernel's source declares those it did not show. */
    private static final Map<String, Integer> MODES = Map.ofEntries(
            Map.entry(".*/remove", 0200),
            Map.entry(".*/create", 0200),
            Map.entry(".*/uevent", 0644),
            Map.entry(".*/migration_version", 0644),
            Map.entry(".*/iommu_groups/\\d+/type", 0644),
            Map.entry(".*/power/control", 0644));

    private final VfioCore core = new VfioCore();
    private final SortedMap<String, Node> ours = new TreeMap<>();

    @BeforeAll
    void makeTheCapturedDevices() {
        MdevCore mdev = new MdevCore(core, List.of(new MttyDriver(), new MdpyDriver(), new MbochsDriver()));
        for (int i = 0; i < TYPES.size(); i++) {
            String[] type = TYPES.get(i).split("/", -1);
            mdev.create(type[0], type[1], UUID + (i + 1));
        }
        visit(new HostTree(mdev, new BusDrivers(core)).root(), "");
    }

    @AfterAll
    void close() {
        core.close();
    }

    private void visit(Node.Directory folder, String path) {
        for (String name : folder.names()) {
            Node node = folder.child(name).orElseThrow();
            ours.put(path + "/" + name, node);
            if (node instanceof Node.Directory inner) {
                visit(inner, path + "/" + name);
            }
        }
    }

    private static SortedMap<String, Path> captured() {
        SortedMap<String, Path> captured = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(CAPTURED)) {
            paths.filter(path -> !path.equals(CAPTURED))
                    .forEach(path -> captured.put("/" + CAPTURED.relativize(path), path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return captured;
    }

    @Test
    void everythingTheKernelShowsIsThereAndTheSame() throws IOException {
        SortedMap<String, Path> captured = captured();
        assertThat(captured).hasSizeGreaterThan(250);
        for (Map.Entry<String, Path> entry : captured.entrySet()) {
            String path = entry.getKey();
            Path theirs = entry.getValue();
            Node node = ours.get(path);
            assertThat(node).as(path).isNotNull();
            if (Files.isSymbolicLink(theirs)) {
                assertThat(node)
                        .as(path)
                        .isEqualTo(new Node.Link(Files.readSymbolicLink(theirs).toString()));
            } else if (Files.isDirectory(theirs, LinkOption.NOFOLLOW_LINKS)) {
                assertThat(node).as(path).isInstanceOf(Node.Directory.class);
            } else {
                compare(path, theirs, (Node.Attribute) Objects.requireNonNull(node));
            }
        }
    }

    /** What only can be written was captured as an empty file. */
    private static void compare(String path, Path theirs, Node.Attribute attribute) throws IOException {
        if (attribute.mode() == 0200) {
            assertThat(theirs).as(path).isEmptyFile();
        } else {
            assertThat(attribute.show()).as(path).isEqualTo(Files.readAllBytes(theirs));
        }
    }

    @Test
    void whatTheKernelDoesNotShowIsNamedHere() {
        SortedMap<String, Path> captured = captured();
        assertThat(ours.keySet().stream().filter(path -> !captured.containsKey(path)))
                .allMatch(path -> ADDITIONS.keySet().stream().anyMatch(known -> Pattern.matches(known, path)));
        assertThat(ADDITIONS.keySet())
                .allMatch(known -> ours.keySet().stream().anyMatch(path -> Pattern.matches(known, path)));
    }

    @Test
    void permissionsAreTheKernels() {
        ours.forEach((path, node) -> {
            if (node instanceof Node.Attribute attribute) {
                int expected = MODES.entrySet().stream()
                        .filter(known -> Pattern.matches(known.getKey(), path))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse(0444);
                assertThat(attribute.mode()).as(path).isEqualTo(expected);
            }
        });
    }
}
