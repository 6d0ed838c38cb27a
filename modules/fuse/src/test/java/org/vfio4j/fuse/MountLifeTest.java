/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.vfio4j.fuse.Mounting.bash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;

/** Mounts begin and end cleanly, whoever uses them, and whoever has left one behind. */
@Timeout(300)
class MountLifeTest {
    @TempDir
    Path folder;

    private Path place = Path.of("");

    @BeforeEach
    void choosePlace() throws IOException {
        Mounting.needsRoot();
        place = folder.toRealPath().resolve("sys");
    }

    @Test
    void theFolderIsMadeAndIsEmptyAgainAfterwards() {
        try (SysfsMount mount = SysfsMount.mount(new Tree().text("name", "x\n"), place)) {
            assertThat(mount.path()).isEqualTo(place).isNotEmptyDirectory();
        }

        assertThat(place).isEmptyDirectory();
        assertThat(MountTable.read().at(place)).isEmpty();
    }

    @Test
    void closingTwiceClosesOnce() {
        SysfsMount mount = SysfsMount.mount(new Tree(), place);
        mount.close();
        try (SysfsMount other = SysfsMount.mount(new Tree().text("name", "x\n"), place)) {
            mount.close();

            assertThat(other.path().resolve("name")).hasContent("x\n");
        }
    }

    @Test
    void whoHasAFileOpenDoesNotHoldUpTheEnd() {
        SysfsMount mount = SysfsMount.mount(new Tree().text("name", "x\n"), place);
        try (Fd open = FileIo.open(place.resolve("name").toString(), FileIo.O_RDONLY)) {
            mount.close();

            assertThat(open.isOpen()).isTrue();
            assertThat(MountTable.read().at(place)).isEmpty();
        }
    }

    @Test
    void aCallThatDoesNotComeBackDoesNotHoldUpTheEnd() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        Tree tree = new Tree().put("remove", Tree.writable(_ -> {
            inside.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }));
        SysfsMount mount = SysfsMount.mount(tree, place);
        Process writer = Mounting.start(
                "bash", "-c", "echo 1 > \"$1\"", "bash", place.resolve("remove").toString());
        inside.await();

        mount.close();

        assertThat(writer.waitFor()).isEqualTo(1);
        assertThat(MountTable.read().at(place)).isEmpty();
        released.countDown();
    }

    @Test
    void aRunningHostsMountIsLeftAlone() {
        try (SysfsMount first = SysfsMount.mount(new Tree().text("name", "x\n"), place)) {
            assertThatExceptionOfType(MountException.class)
                    .isThrownBy(() -> SysfsMount.mount(new Tree(), place))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
                    .satisfies(e -> assertThat(e.remedy()).contains("another folder"));

            assertThat(first.path().resolve("name")).hasContent("x\n");
        }
    }

    @Test
    void whatACrashedHostLeftIsTakenOff() throws Exception {
        Process host = Modular.start(place);
        assertThat(host.inputReader().readLine()).isEqualTo("mounted");
        host.destroyForcibly().waitFor();
        assertThat(bash("ls \"$1\"", place).output()).contains("Transport endpoint is not connected");

        try (SysfsMount mount = SysfsMount.mount(new Tree().text("name", "again\n"), place)) {
            assertThat(mount.path().resolve("name")).hasContent("again\n");
        }
        assertThat(MountTable.read().at(place)).isEmpty();
    }

    /** With the modules and the flags of ./vfio. */
    @Test
    void theProductsFlagsAreEnough() throws Exception {
        Process host = Modular.start(place);
        assertThat(host.inputReader().readLine()).isEqualTo("mounted");

        assertThat(place.resolve("name")).hasContent("modular\n");

        host.outputWriter().close();
        assertThat(host.inputReader().readAllAsString()).isEqualTo("closed\n");
        assertThat(host.waitFor()).isZero();
        assertThat(Files.readString(Modular.errors(place))).isEmpty();
        assertThat(MountTable.read().at(place)).isEmpty();
    }

    @Test
    void aFileIsNoPlaceToMountAt() throws IOException {
        Files.createFile(place);

        assertThatExceptionOfType(MountException.class)
                .isThrownBy(() -> SysfsMount.mount(new Tree(), place))
                .withMessageContaining("not a folder");
    }
}
