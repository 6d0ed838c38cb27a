/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a tree holds ends in a value, in time. */
class HostileTreeTest {
    private static final Duration IN_TIME = Duration.ofSeconds(60);

    @TempDir
    Path temp;

    private CapturedTree tree;

    @BeforeEach
    void makeTree() {
        tree = CapturedTree.empty(temp).directory("/sys");
    }

    private static <T> T inTime(Supplier<T> read) {
        return assertTimeoutPreemptively(IN_TIME, read::get);
    }

    private Reading<String> attribute(String path) {
        return inTime(() -> tree.root().attribute(path));
    }

    @Test
    void anAttributeOfAPageIsReadAndOneByteMoreIsTooLarge() {
        tree.attribute("/sys/page", "a".repeat(4096)).attribute("/sys/more", "a".repeat(4097));

        assertThat(attribute("/sys/page").value().orElseThrow()).hasSize(4096);
        assertThat(attribute("/sys/more").hasProblem(TreeProblem.ATTRIBUTE_TOO_LARGE))
                .isTrue();
    }

    @Test
    void anAttributeOfAMebibyteOrASparseGibibyteIsTooLarge() throws IOException {
        tree.bytes("/sys/mebibyte", new byte[1 << 20]);
        try (FileChannel file = FileChannel.open(tree.path("/sys/gibibyte"), CREATE_NEW, WRITE, SPARSE)) {
            file.write(ByteBuffer.wrap(new byte[] {1}), (1L << 30) - 1);
        }

        assertThat(attribute("/sys/mebibyte").hasProblem(TreeProblem.ATTRIBUTE_TOO_LARGE))
                .isTrue();
        assertThat(attribute("/sys/gibibyte").hasProblem(TreeProblem.ATTRIBUTE_TOO_LARGE))
                .isTrue();
    }

    @Test
    void anAttributeWithoutEndIsTooLarge() {
        // A regular file that never ends is not to be had, so the device is passed off as one.
        Place endless = new Place("/dev/zero", Place.Kind.REGULAR);

        assertThat(inTime(() -> Root.ofThisMachine().walk().read(endless)).hasProblem(TreeProblem.ATTRIBUTE_TOO_LARGE))
                .isTrue();
    }

    @Test
    void aDeviceNodeIsNotOpenedAsAnAttribute() {
        assertThat(Root.ofThisMachine().attribute("/dev/null").hasProblem(TreeProblem.NOT_A_FILE))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "\0", "\u001b[2J", "a\rb", "\u009b1m", "\u007f"})
    void anAttributeWithControlCharactersIsBinary(String text) {
        tree.attribute("/sys/binary", text);

        assertThat(attribute("/sys/binary").hasProblem(TreeProblem.ATTRIBUTE_BINARY))
                .isTrue();
    }

    @Test
    void anAttributeThatIsNotUtf8IsBinary() {
        tree.bytes("/sys/latin1", new byte[] {'a', (byte) 0xe9, '\n'})
                .bytes("/sys/surrogate", new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80});

        assertThat(attribute("/sys/latin1").hasProblem(TreeProblem.ATTRIBUTE_BINARY))
                .isTrue();
        assertThat(attribute("/sys/surrogate").hasProblem(TreeProblem.ATTRIBUTE_BINARY))
                .isTrue();
    }

    @Test
    void whatIsNoRegularFileIsNoAttribute() throws IOException {
        tree.fifo("/sys/fifo").directory("/sys/directory").link("/sys/toFifo", "fifo");
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(tree.path("/sys/socket")));

            for (String path : List.of("/sys/fifo", "/sys/toFifo", "/sys/directory", "/sys/socket", "/")) {
                assertThat(attribute(path).hasProblem(TreeProblem.NOT_A_FILE))
                        .as(path)
                        .isTrue();
            }
        }
    }

    @Test
    void whatIsNoDirectoryIsNotListed() {
        tree.fifo("/sys/fifo").attribute("/sys/file", "").link("/sys/link", "file");

        for (String path : List.of("/sys/fifo", "/sys/file", "/sys/link", "/sys/file/below")) {
            Reading<Listing> listing = inTime(() -> tree.root().list(path));
            assertThat(listing.hasProblem(TreeProblem.NOT_A_DIRECTORY)).as(path).isTrue();
        }
        assertThat(attribute("/sys/file/below").hasProblem(TreeProblem.NOT_A_DIRECTORY))
                .isTrue();
    }

    @Test
    void aLinkThatNeverEndsIsALoop() {
        tree.link("/sys/self", "self")
                .link("/sys/a", "b")
                .link("/sys/b", "/sys/a")
                .link("/sys/grows", "grows/grows/grows");

        for (String path : List.of("/sys/self", "/sys/a", "/sys/grows", "/sys/a/below", "/sys/self/../x")) {
            assertThat(attribute(path).hasProblem(TreeProblem.LINK_LOOP))
                    .as(path)
                    .isTrue();
            assertThat(inTime(() -> tree.root().list(path)).hasProblem(TreeProblem.LINK_LOOP))
                    .as(path)
                    .isTrue();
            assertThat(tree.root().exists(path)).as(path).isFalse();
        }
    }

    @Test
    void fortyLinksAreFollowedAndOneMoreIsALoop() {
        tree.attribute("/sys/0", "end\n");
        for (int i = 1; i <= 41; i++) {
            tree.link("/sys/" + i, Integer.toString(i - 1));
        }

        assertThat(attribute("/sys/40").value()).contains("end");
        assertThat(attribute("/sys/41").hasProblem(TreeProblem.LINK_LOOP)).isTrue();
    }

    @Test
    void linksThatMultiplyEndInTime() {
        String ten = "x/".repeat(10);
        tree.link("/sys/d0", ".");
        for (int i = 1; i < 20; i++) {
            tree.link("/sys/d" + i, ten.replace("x", "d" + (i - 1)));
        }

        assertThat(inTime(() -> tree.root().list("/sys/d19")).hasProblem(TreeProblem.LINK_LOOP))
                .isTrue();
    }

    @Test
    void aLinkWithCharactersNoKernelWritesIsInvalid() {
        tree.link("/sys/escape", "\u001b[2J").link("/sys/newline", "a\nb").link("/sys/dots", "..");

        for (String path : List.of("/sys/escape", "/sys/newline", "/sys/dots")) {
            Reading<String> name = inTime(() -> tree.root().linkName(path));
            assertThat(name.hasProblem(TreeProblem.LINK_INVALID)).as(path).isTrue();
            assertThat(name.trouble().orElseThrow().text()).matches("[ -~]+");
        }
    }

    @Test
    void whatIsNoLinkHasNoTarget() {
        tree.attribute("/sys/file", "");

        assertThat(tree.root().linkName("/sys/file").hasProblem(TreeProblem.NOT_A_LINK))
                .isTrue();
        assertThat(tree.root().linkName("/sys").hasProblem(TreeProblem.NOT_A_LINK))
                .isTrue();
    }

    @Test
    void namesNoKernelMakesAreFindingsAndSkipped() {
        tree.directory("/sys/names/good")
                .directory("/sys/names/new\nline")
                .directory("/sys/names/\u001b[31mred")
                .directory("/sys/names/" + "x".repeat(255))
                .directory("/sys/names/" + "y".repeat(129))
                .directory("/sys/names/" + "z".repeat(128))
                .fifo("/sys/names/fifo")
                .run(
                        "bash",
                        "-c",
                        "mkdir \"$1\"/$'\\xff\\xfe'",
                        "bash",
                        tree.path("/sys/names").toString());

        Listing listing = inTime(() -> tree.root().list("/sys/names")).value().orElseThrow();

        assertThat(listing.names()).containsExactly("fifo", "good", "z".repeat(128));
        assertThat(listing.findings()).hasSize(5).allSatisfy(finding -> {
            assertThat(finding.is(TreeProblem.NAME_INVALID)).isTrue();
            assertThat(finding.path()).startsWith("/sys/names/").matches("[ -~]{1,210}");
        });
    }

    @Test
    void findingsOfAListingAreBounded() {
        tree.directory("/sys/names")
                .run(
                        "bash",
                        "-c",
                        "cd \"$1\" && for i in {1..2000}; do : > $'\\n'$i; done",
                        "bash",
                        tree.path("/sys/names").toString());

        Listing listing = inTime(() -> tree.root().list("/sys/names")).value().orElseThrow();

        assertThat(listing.names()).isEmpty();
        assertThat(listing.findings()).hasSize(100);
    }

    @Test
    void aListingStopsAtItsBound() {
        tree.directory("/sys/many")
                .run(
                        "bash",
                        "-c",
                        "cd \"$1\" && seq 150000 | xargs touch",
                        "bash",
                        tree.path("/sys/many").toString());

        Listing all = inTime(() -> tree.root().list("/sys/many")).value().orElseThrow();
        Listing few = inTime(() -> tree.root().list("/sys/many", 10)).value().orElseThrow();

        assertThat(all.names()).hasSize(Root.MAX_ENTRIES);
        assertThat(few.names()).hasSize(10);
        assertThat(List.of(all, few))
                .allSatisfy(listing -> assertThat(listing.findings())
                        .singleElement()
                        .matches(finding -> finding.is(TreeProblem.TOO_MANY_ENTRIES)));
    }

    @Test
    void whatModesForbidIsNoPermission() throws Exception {
        tree.attribute("/sys/secret", "x").attribute("/sys/closed/x", "x");
        Unprivileged.open(temp);
        Unprivileged.close(tree.path("/sys/secret"));
        Unprivileged.close(tree.path("/sys/closed"));

        Reading<String> file = Unprivileged.read(() -> tree.root().attribute("/sys/secret"));
        Reading<String> below = Unprivileged.read(() -> tree.root().attribute("/sys/closed/x"));
        Reading<Listing> listing = Unprivileged.read(() -> tree.root().list("/sys/closed"));
        Unprivileged.open(temp);

        assertThat(List.of(file, below, listing))
                .allSatisfy(reading -> assertThat(reading.hasProblem(TreeProblem.NO_PERMISSION))
                        .isTrue());
    }

    @Test
    void anAttributeThatGoesAwayBetweenLookAndReadHasVanished() {
        tree.attribute("/sys/gone", "x");
        TreeWalk walk = tree.root().walk();
        Place seen = walk.resolve("/sys/gone").value().orElseThrow();
        tree.delete("/sys/gone");

        assertThat(walk.read(seen).hasProblem(TreeProblem.VANISHED)).isTrue();
    }

    @Test
    void anAttributeThatBecomesAFifoOrALinkBetweenLookAndReadIsNoFile() {
        tree.attribute("/sys/fifo", "x").attribute("/sys/link", "x");
        TreeWalk walk = tree.root().walk();
        Place fifo = walk.resolve("/sys/fifo").value().orElseThrow();
        Place link = walk.resolve("/sys/link").value().orElseThrow();
        tree.delete("/sys/fifo").fifo("/sys/fifo").delete("/sys/link").link("/sys/link", "/etc/passwd");

        assertThat(inTime(() -> walk.read(link)).hasProblem(TreeProblem.NOT_A_FILE))
                .isTrue();
        // An empty FIFO without a writer reads as empty, and does not block.
        assertThat(inTime(() -> walk.read(fifo)).value()).contains("");
    }

    @Test
    void anAttributeOfWhatIsGoneHasVanished() throws Exception {
        // As near as a machine without VFIO comes to a device that is removed: a process that ends.
        Process process = new ProcessBuilder("sleep", "60").start();
        TreeWalk walk = Root.ofThisMachine().walk();
        Place comm = walk.resolve("/proc/" + process.pid() + "/comm").value().orElseThrow();
        process.destroyForcibly().waitFor();

        assertThat(walk.read(comm).hasProblem(TreeProblem.VANISHED)).isTrue();
    }

    @Test
    void findingsOfAPassAreBounded() throws IOException {
        for (int i = 0; i < 1500; i++) {
            tree.link("/sys/bus/mdev/devices/" + i, "../../../devices/gone" + i);
        }

        Scan<MdevTree.Device> scan = inTime(() -> MdevTree.of(tree.root()).devices());

        assertThat(scan.items()).isEmpty();
        assertThat(scan.findings()).hasSize(Scan.MAX_FINDINGS + 1);
        assertThat(scan.findings().getLast().is(TreeProblem.TOO_MANY_FINDINGS)).isTrue();
        assertThat(Files.isSymbolicLink(tree.path("/sys/bus/mdev/devices/0"))).isTrue();
    }
}
