/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.vfio4j.fuse.Mounting.bash;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.tree.Node;

/** A tree as the kernel's users see it. */
@Timeout(300)
class SysfsMountTest {
    @TempDir
    Path folder;

    private final Tree tree = new Tree();
    private final Queue<String> stored = new ConcurrentLinkedQueue<>();

    @SuppressWarnings("NullAway.Init") // mount() sets it before every test
    private SysfsMount mount;

    @BeforeEach
    void mount() {
        Mounting.needsRoot();
        tree.text("name", "mdpy-vga\n");
        tree.put("create", Tree.writable(stored::add));
        tree.put("link", new Node.Link("devices/virtual"));
        tree.folder("devices").folder("virtual").text("uevent", "DRIVER=mdpy\n");
        mount = SysfsMount.mount(tree, folder.resolve("sys"));
    }

    @AfterEach
    void unmount() {
        mount.close();
    }

    private Path at(String path) {
        return mount.path().resolve(path);
    }

    @Test
    void filesHaveTheModesSizesAndOwnersOfSysfs() throws Exception {
        Mounting.Result list = bash("cd \"$1\" && stat -c '%n %A %u %g %s %N' create devices link name", mount.path());

        assertThat(list.output()).isEqualTo("""
                        create --w------- 0 0 4096 'create'
                        devices drwxr-xr-x 0 0 0 'devices'
                        link lrwxrwxrwx 0 0 15 'link' -> 'devices/virtual'
                        name -r--r--r-- 0 0 4096 'name'
                        """);
    }

    @Test
    void theMountSaysWhatItIs() {
        assertThat(MountTable.read().at(mount.path())).hasValueSatisfying(it -> {
            assertThat(it.type()).isEqualTo("fuse.sysfs");
            assertThat(it.source()).isEqualTo("vfio4j");
        });
    }

    @Test
    void attributesAreReadThroughLinks() throws IOException {
        assertThat(at("name")).hasContent("mdpy-vga\n");
        assertThat(at("link/uevent")).hasContent("DRIVER=mdpy\n");
    }

    @Test
    void aDirectoryListsWhatIsThereNow() throws Exception {
        tree.folder("bus").text("uevent", "");
        assertThat(names("bus")).containsExactly("uevent");

        tree.folder("bus").text("autoprobe", "1\n");
        tree.folder("bus").remove("uevent");

        assertThat(names("bus")).containsExactly("autoprobe");
        assertThat(bash("ls -a \"$1\"/bus", mount.path()).output()).isEqualTo(".\n..\nautoprobe\n");
    }

    @Test
    void largeDirectoriesAreListedWhole() throws IOException {
        IntStream.range(0, 10_000).forEach(i -> tree.folder("many").text("device" + i, "x\n"));

        assertThat(names("many")).hasSize(10_000);
    }

    @Test
    void whatIsReadIsNeverOld() throws IOException {
        AtomicInteger available = new AtomicInteger(9);
        tree.put("available", Tree.readable(() -> available.getAndIncrement() + "\n"));

        assertThat(at("available")).hasContent("9\n");
        assertThat(at("available")).hasContent("10\n");
        try (Fd open = FileIo.open(at("available").toString(), FileIo.O_RDONLY)) {
            assertThat(Reads.from(open, 0)).isEqualTo("11\n");
            assertThat(Reads.from(open, 0)).isEqualTo("12\n");
        }
    }

    @Test
    void readersAtTheSameMomentSeeNoZeros() throws Exception {
        Set<String> seen = new ConcurrentSkipListSet<>();
        CountDownLatch together = new CountDownLatch(8);
        Thread[] readers = IntStream.range(0, 8)
                .mapToObj(_ -> Thread.ofPlatform().start(() -> {
                    together.countDown();
                    for (int i = 0; i < 300; i++) {
                        try {
                            seen.add(Files.readString(at("name")));
                        } catch (IOException e) {
                            seen.add(e.toString());
                        }
                    }
                }))
                .toArray(Thread[]::new);
        for (Thread reader : readers) {
            reader.join();
        }

        assertThat(seen).containsExactly("mdpy-vga\n");
    }

    @Test
    void piecesAreOfOneText() throws IOException {
        AtomicInteger shows = new AtomicInteger();
        tree.put(
                "long",
                Tree.readable(() -> String.valueOf(shows.incrementAndGet()).repeat(4000)));

        try (Fd open = FileIo.open(at("long").toString(), FileIo.O_RDONLY)) {
            String start = Reads.from(open, 0, 10);
            String end = Reads.from(open, 3990);

            assertThat(start + end).isEqualTo("1".repeat(20));
        }
    }

    @ParameterizedTest
    @CsvSource({"4095, 4095", "4096, 4096", "4097, 4096", "0, 0"})
    void anAttributeIsOfOnePageAtMost(int shown, int read) throws IOException {
        tree.text("large", "x".repeat(shown));

        assertThat(Files.readString(at("large"))).hasSize(read);
    }

    @Test
    void aWriteArrivesAsItWasWritten() throws Exception {
        bash(
                "cd \"$1\"; echo uuid > create; printf uuid > create; echo more >> create; echo tee | tee create",
                mount.path());

        assertThat(stored).containsExactly("uuid\n", "uuid", "more\n", "tee\n");
    }

    @ParameterizedTest
    @CsvSource({
        "EEXIST, 17, File exists",
        "EINVAL, 22, Invalid argument",
        "ENOSPC, 28, No space left on device",
        "EBUSY, 16, Device or resource busy",
        "ENODEV, 19, No such device",
        "EUSERS, 87, Too many users"
    })
    void theTreesErrorNumberReachesTheWriter(String name, int errno, String words) throws Exception {
        tree.put("create", Tree.writable(_ -> {
            throw new VfioException(errno, name);
        }));

        Mounting.Result echo = bash("echo x > \"$1\"", at("create"));

        assertThat(echo.code()).isEqualTo(1);
        assertThat(echo.output()).contains("write error: " + words);
    }

    @Test
    void aMistakeInTheTreeIsAnInputOutputErrorAndNoMore() throws Exception {
        tree.put("broken", Tree.readable(() -> {
            throw new IllegalStateException("a bug of a driver: this belongs to the test");
        }));
        tree.put("endless", Tree.readable(SysfsMountTest::endless));

        assertThat(bash("cat \"$1\"", at("broken")).output()).contains("Input/output error");
        assertThat(bash("cat \"$1\"", at("endless")).output()).contains("Input/output error");
        assertThat(at("name")).hasContent("mdpy-vga\n");
    }

    @SuppressWarnings("InfiniteRecursion") // a driver that runs out of stack
    private static String endless() {
        return endless() + "";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cat create | Permission denied",
                "echo x > name | Permission denied",
                "echo x > new | Permission denied",
                "mkdir new | Operation not permitted",
                "rmdir devices | Operation not permitted",
                "rm -f name | Operation not permitted",
                "mv name new | Operation not permitted",
                "ln -s name new | Operation not permitted",
                "ln name new | Operation not permitted",
                "chmod 666 name | Operation not permitted",
                "chown 1 name | Operation not permitted",
                "cat gone | No such file or directory",
                "cat name/below | Not a directory",
                "cat devices | Is a directory"
            })
    void theStructureIsNotTheUsersToChange(String command, String words) throws Exception {
        Mounting.Result result = bash("cd \"$1\" && " + command, mount.path());

        assertThat(result.code()).isNotZero();
        assertThat(result.output()).contains(words);
        assertThat(names("")).contains("create", "devices", "link", "name").doesNotContain("new");
    }

    @Test
    void othersMayReadAndNotWrite() throws Exception {
        Mounting.Result reads = bash("setpriv --reuid 65534 --clear-groups cat \"$1\"", at("name"));
        Mounting.Result writes =
                bash("setpriv --reuid 65534 --clear-groups bash -c 'echo x > \"$1\"' bash \"$1\"", at("create"));

        assertThat(folderIsOpenToAll()).isTrue();
        assertThat(reads.output()).isEqualTo("mdpy-vga\n");
        assertThat(writes.output()).contains("Permission denied");
        assertThat(stored).isEmpty();
    }

    private boolean folderIsOpenToAll() throws IOException {
        return Files.getPosixFilePermissions(folder).containsAll(PosixFilePermissions.fromString("r-xr-xr-x"));
    }

    @BeforeEach
    void openToAll() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void whatIsRemovedIsGoneAtOnce() throws Exception {
        Tree devices = tree.folder("bus");
        for (int i = 0; i < 50; i++) {
            devices.put("uuid", new Node.Link("../devices/" + i));
            tree.folder("devices").folder(String.valueOf(i)).text("remove", i + "\n");
            assertThat(at("bus/uuid/remove")).hasContent(i + "\n");

            devices.remove("uuid");

            assertThat(Files.exists(at("bus/uuid"), LinkOption.NOFOLLOW_LINKS)).isFalse();
            assertThatExceptionOfType(NoSuchFileException.class)
                    .isThrownBy(() -> Files.readSymbolicLink(at("bus/uuid")));
            assertThatExceptionOfType(NoSuchFileException.class)
                    .isThrownBy(() -> Files.readString(at("bus/uuid/remove")));
        }
    }

    /** access(2) and chdir(2) of a directory ask for nothing but leave, so the kernel could answer them from memory. */
    @Test
    void aRemovedDirectoryCannotBeEntered() throws Exception {
        for (int i = 0; i < 50; i++) {
            Path device = at("devices/" + i);
            tree.folder("devices").folder(String.valueOf(i)).text("uevent", "");
            assertThat(Files.isReadable(device)).isTrue();

            tree.folder("devices").remove(String.valueOf(i));

            assertThat(Files.isReadable(device)).isFalse();
            assertThat(Files.exists(device)).isFalse();
        }
        assertThat(bash("cd \"$1\"", at("devices/1")).output()).contains("No such file or directory");
    }

    @Test
    void whatIsForgottenIsGone() throws Exception {
        Path place = folder.resolve("awaited");
        try (SysfsMount awaited = SysfsMount.mount(tree, place, SysfsMount.Changes.AWAITED)) {
            for (int i = 0; i < 10; i++) {
                tree.folder("devices").folder("uuid").text("uevent", "");
                tree.folder("bus").put("uuid", new Node.Link("../devices/uuid"));
                Path device = place.resolve("devices/uuid");
                Path link = place.resolve("bus/uuid");
                assertThat(device).isReadable().isNotEmptyDirectory();
                assertThat(link.resolve("uevent")).isReadable();

                tree.folder("devices").remove("uuid");
                tree.folder("bus").remove("uuid");
                awaited.awaitForgotten();

                assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
                assertThat(Files.exists(link.resolve("uevent"))).isFalse();
                assertThat(Files.exists(device)).isFalse();
                assertThat(device.toFile().isDirectory()).isFalse();
                assertThat(place.resolve("bus")).isEmptyDirectory();
            }
        }
    }

    /** libfuse keeps a listing with the open directory, and would believe its attributes when it is read on. */
    @Test
    void aListingThatIsReadOnBringsNothingBack() throws IOException {
        Path place = folder.resolve("awaited");
        Tree many = tree.folder("many");
        IntStream.range(0, 1_000).forEach(i -> many.text("device" + i, "x\n"));
        try (SysfsMount awaited = SysfsMount.mount(tree, place, SysfsMount.Changes.AWAITED);
                DirectoryStream<Path> listing = Files.newDirectoryStream(place.resolve("many"))) {
            Iterator<Path> entries = listing.iterator();
            assertThat(entries.next()).exists();

            IntStream.range(0, 1_000).forEach(i -> many.remove("device" + i));
            awaited.awaitForgotten();

            while (entries.hasNext()) {
                assertThat(Files.exists(entries.next())).isFalse();
            }
        }
    }

    @Test
    void aDescriptorOfWhatIsGoneReachesNothingElse() throws IOException {
        tree.folder("uuid").put("remove", Tree.writable(stored::add));
        try (Fd open = FileIo.open(at("uuid/remove").toString(), FileIo.O_WRONLY)) {
            tree.folder("uuid").remove("remove");

            assertThatExceptionOfType(LinuxException.class)
                    .isThrownBy(() -> Reads.write(open, "1"))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
        }
        assertThat(stored).isEmpty();
    }

    @Test
    void namesAreWhateverUtf8Is() throws IOException {
        tree.text("größe \\ 你", "ja\n");

        assertThat(at("größe \\ 你")).hasContent("ja\n");
        assertThat(names("")).contains("größe \\ 你");
    }

    @Test
    void partsOfTheMachinesSysfsHaveAPlace() {
        assertThat(at("fs")).isEmptyDirectory();
        assertThat(at("devices/system")).isEmptyDirectory();
        assertThat(at("devices/virtual")).isNotEmptyDirectory();
    }

    @Test
    void callsThatWaitDoNotHoldUpOthers() throws Exception {
        CountDownLatch waiting = new CountDownLatch(40);
        CountDownLatch released = new CountDownLatch(1);
        Process[] writers = IntStream.range(0, 40)
                .mapToObj(i -> {
                    tree.folder("devices").put("remove" + i, Tree.writable(_ -> {
                        waiting.countDown();
                        await(released);
                    }));
                    return Mounting.start(
                            "bash",
                            "-c",
                            "echo 1 > \"$1\"",
                            "bash",
                            at("devices/remove" + i).toString());
                })
                .toArray(Process[]::new);
        waiting.await();

        assertThat(at("name")).hasContent("mdpy-vga\n");

        released.countDown();
        for (Process writer : writers) {
            assertThat(writer.waitFor()).isZero();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Stream<String> names(String path) throws IOException {
        try (Stream<Path> entries = Files.list(at(path))) {
            return entries.map(it -> String.valueOf(it.getFileName())).toList().stream();
        }
    }

    /** Reads and writes by descriptor. */
    private static final class Reads {
        static String from(Fd fd, long offset) {
            return from(fd, offset, 8192);
        }

        static String from(Fd fd, long offset, int count) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment into = arena.allocate(count);
                long n = FileIo.pread(fd, into, offset);
                return new String(into.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
            }
        }

        static void write(Fd fd, String text) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_BYTE, text.getBytes(StandardCharsets.UTF_8));
                FileIo.write(fd, from);
            }
        }
    }
}
