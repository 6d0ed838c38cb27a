/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RootTest {
    @TempDir
    Path temp;

    private CapturedTree tree;

    @BeforeEach
    void makeTreeBesideASecret() throws IOException {
        Files.createDirectories(temp.resolve("outside"));
        Files.writeString(temp.resolve("outside/secret"), "secret\n");
        tree = CapturedTree.empty(Files.createDirectory(temp.resolve("tree")));
        tree.attribute("/sys/devices/mtty/name", "Single port serial\n");
    }

    @Test
    void anAttributeLosesExactlyOneNewline() {
        tree.attribute("/sys/one", "a\n").attribute("/sys/two", "a\n\n").attribute("/sys/none", "a");

        assertThat(tree.root().attribute("/sys/one").value()).contains("a");
        assertThat(tree.root().attribute("/sys/two").value()).contains("a\n");
        assertThat(tree.root().attribute("/sys/none").value()).contains("a");
    }

    @Test
    void anEmptyAttributeIsEmptyText() {
        tree.attribute("/sys/empty", "");

        assertThat(tree.root().attribute("/sys/empty")).isEqualTo(Reading.found(""));
    }

    @Test
    void whatIsNotThereIsMissing() {
        assertThat(tree.root().attribute("/sys/devices/mdpy/name").isMissing()).isTrue();
        assertThat(tree.root().list("/sys/devices/mdpy").isMissing()).isTrue();
        assertThat(tree.root().linkName("/sys/devices/mdpy/driver").isMissing()).isTrue();
        assertThat(tree.root().resolve("/sys/devices/mdpy").isMissing()).isTrue();
        assertThat(tree.root().exists("/sys/devices/mdpy")).isFalse();
    }

    @Test
    void aListingIsSorted() {
        tree.directory("/sys/x/b").directory("/sys/x/a").link("/sys/x/c", "nowhere");

        assertThat(tree.root().list("/sys/x").value().orElseThrow().names()).containsExactly("a", "b", "c");
    }

    @Test
    void aLinkIsNamedByItsLastComponentEvenIfItLeadsNowhere() {
        tree.link("/sys/devices/mtty/driver", "../../bus/drivers/mtty");

        assertThat(tree.root().linkName("/sys/devices/mtty/driver").value()).contains("mtty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../devices/mtty", "/sys/devices/mtty", "../../../../../../sys/./devices//mtty/"})
    void linksResolveWithinTheTree(String target) {
        tree.link("/sys/class/mtty", target);

        assertThat(tree.root().resolve("/sys/class/mtty").value()).contains("/sys/devices/mtty");
        assertThat(tree.root().attribute("/sys/class/mtty/name").value()).contains("Single port serial");
    }

    @Test
    void noLinkLeadsOutOfTheTree() {
        tree.link("/sys/relative", "../../outside/secret")
                .link("/sys/absolute", temp.resolve("outside/secret").toString())
                .link("/sys/folder", "../../outside")
                .link("/sys/up", "../../..");

        for (String path :
                new String[] {"/sys/relative", "/sys/absolute", "/sys/folder/secret", "/sys/up/outside/secret"}) {
            assertThat(tree.root().attribute(path).isMissing()).as(path).isTrue();
            assertThat(tree.root().exists(path)).as(path).isFalse();
        }
        assertThat(tree.root().resolve("/sys/up").value()).contains("/");
    }

    @Test
    void noPathLeadsOutOfTheTree() {
        assertThat(tree.root().attribute("/../outside/secret").isMissing()).isTrue();
        assertThat(tree.root().attribute("/sys/../../outside/secret").isMissing())
                .isTrue();
        assertThat(tree.root().attribute("/sys/../../sys/devices/mtty/name").isFound())
                .isTrue();
        assertThat(tree.root().list("/..").value().orElseThrow().names()).containsExactly("sys");
    }

    @Test
    void aPathWithANameNoKernelMakesIsRefused() {
        assertThat(tree.root().attribute("/sys/\0").hasProblem(TreeProblem.NAME_INVALID))
                .isTrue();
        assertThat(tree.root().list("/sys/a\nb").hasProblem(TreeProblem.NAME_INVALID))
                .isTrue();
        assertThat(tree.root().linkName("/sys/..").hasProblem(TreeProblem.NAME_INVALID))
                .isTrue();
    }

    @Test
    void aTreeCanBeNamedByARelativePathAndThroughALink() throws IOException {
        Files.createSymbolicLink(temp.resolve("link"), Path.of("tree"));

        assertThat(Root.at(CapturedTree.SAMPLES)
                        .attribute("/sys/module/mtty/version")
                        .value())
                .contains("0.1");
        assertThat(Root.at(temp.resolve("link"))
                        .attribute("/sys/devices/mtty/name")
                        .isFound())
                .isTrue();
    }

    @Test
    void thisMachineHasItsOwnProc() {
        assertThat(Root.ofThisMachine().attribute("/proc/self/comm").isFound()).isTrue();
        assertThat(Root.ofThisMachine().resolve("/proc/self").value())
                .contains("/proc/" + ProcessHandle.current().pid());
        assertThat(Root.ofThisMachine().base()).isEqualTo(Path.of("/"));
    }

    @Test
    void aDeviceNodeOfThisMachineIsNeitherFileNorDirectory() {
        assertThat(Root.ofThisMachine()
                        .walk()
                        .resolve("/dev/null")
                        .value()
                        .orElseThrow()
                        .kind())
                .isEqualTo(Place.Kind.OTHER);
    }
}
