/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.tree.Node;

/** What needs no mount: the library, the mount table, the added directories, and what happens to a callback's exception. */
class PartsTest {
    @TempDir
    Path root;

    @Test
    void theLibraryIsFoundWhereDistributionsHaveIt() throws IOException {
        Path folder = Files.createDirectories(root.resolve("usr/lib64"));
        Files.createFile(folder.resolve("libfuse3.so.3.14.0"));
        Path link = Files.createSymbolicLink(folder.resolve("libfuse3.so.3"), Path.of("libfuse3.so.3.14.0"));

        FuseLibrary library = FuseLibrary.find(root);

        assertThat(library.path()).isEqualTo(link);
        assertThat(library.minor()).contains(14);
        assertThat(library.hasPoolOption()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"libfuse3.so.3.10.5, false", "libfuse3.so.3.12.0, true", "libfuse3.so.3, false"})
    void optionsAreThoseOfItsVersion(String name, boolean pool) throws IOException {
        assertThat(new FuseLibrary(Files.createFile(root.resolve(name))).hasPoolOption())
                .isEqualTo(pool);
    }

    @Test
    void withoutTheLibraryThePackageIsNamed() {
        assertThatExceptionOfType(MountException.class)
                .isThrownBy(() -> FuseLibrary.find(root))
                .withMessageContaining("libfuse3.so.3")
                .satisfies(e -> assertThat(e.remedy()).contains("apt install libfuse3-3"));
    }

    @Test
    void theMountTableIsReadAsTheKernelWritesIt() {
        MountTable table = MountTable.parse("""
                22 27 0:21 / /proc rw,relatime - proc proc rw
                42 27 0:39 / /tmp/a\\040b\\134c rw,nosuid shared:1 master:2 - fuse.sysfs vfio4j rw,user_id=0
                43 27 0:40 / /tmp/twice rw - tmpfs one rw
                44 27 0:41 / /tmp/twice rw - tmpfs two rw
                nonsense
                1 2 - 3
                """);

        assertThat(table.mounts()).hasSize(4);
        assertThat(table.at(Path.of("/tmp/a b\\c")))
                .contains(new MountTable.Mount("0:39", Path.of("/tmp/a b\\c"), "fuse.sysfs", "vfio4j"))
                .hasValueSatisfying(it -> assertThat(MountPoint.isOurs(it)).isTrue());
        assertThat(table.at(Path.of("/tmp/twice")))
                .hasValueSatisfying(it -> assertThat(it.source()).isEqualTo("two"));
        assertThat(table.at(Path.of("/tmp"))).isEmpty();
    }

    @Test
    void addedDirectoriesHideNothingOfTheTree() {
        Tree tree = new Tree();
        tree.folder("module").text("mdpy", "x\n");
        tree.folder("devices").folder("virtual");
        tree.text("power", "a file of the tree's\n");

        Node.Directory with = RealParts.in(tree);

        assertThat(with.names()).containsExactlyInAnyOrder("devices", "firmware", "fs", "kernel", "module", "power");
        assertThat(with.child("module")).contains(tree.folder("module"));
        assertThat(with.child("power")).containsInstanceOf(Node.Attribute.class);
        assertThat(Paths.find(with, "/devices/system")).containsInstanceOf(Node.Directory.class);
        assertThat(Paths.find(with, "/devices/virtual"))
                .contains(tree.folder("devices").folder("virtual"));
        assertThat(Paths.find(with, "/kernel/mm")).containsInstanceOf(Node.Directory.class);
        assertThat(Paths.find(with, "/kernel/other")).isEmpty();
        assertThat(Paths.find(with, "/power/below")).isEmpty();
    }

    @Test
    void anExceptionIsAnErrorNumber() {
        Gate gate = new Gate();

        assertThat(gate.pass("read", "/", () -> 5)).isEqualTo(5);
        assertThat(gate.pass("read", "/", () -> {
                    throw new VfioException(Errno.ENOSPC, "full");
                }))
                .isEqualTo(-Errno.ENOSPC);
        assertThat(gate.pass("read", "/a place of the test", () -> {
                    throw new AssertionError("a bug: this belongs to the test");
                }))
                .isEqualTo(-Errno.EIO);
    }

    @Test
    void theGateKnowsWhoIsInside() throws Exception {
        Gate gate = new Gate();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        Thread caller = Thread.ofPlatform()
                .start(() -> gate.pass("write", "/remove", () -> {
                    inside.countDown();
                    try {
                        released.await();
                        return 0;
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
        inside.await();

        assertThat(gate.empty(Duration.ofMillis(1))).isFalse();
        assertThat(gate.quietFor(Duration.ZERO)).isFalse();

        released.countDown();
        caller.join();
        assertThat(gate.empty(Duration.ofMillis(1))).isTrue();
        assertThat(gate.quietFor(Duration.ZERO)).isTrue();
        assertThat(gate.quietFor(Duration.ofHours(1))).isFalse();
        assertThat(gate.pass("write", "/remove", () -> gate.quietFor(Duration.ZERO) ? 1 : 0))
                .isEqualTo(1);
    }
}
