/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.core.Container;
import org.vfio4j.vfio.core.Credentials;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.GroupHandle;
import org.vfio4j.vfio.core.Kvm;
import org.vfio4j.vfio.core.OpenDevice;
import org.vfio4j.vfio.core.Query;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevDriver;

class VmDriversTest {
    private static final String ONE = "1f0f2d6a-0000-4000-8000-000000000001";
    private static final String VM = "a0a0a0a0-1111-4222-8333-b0b0b0b0b0b0";

    @TempDir
    private Path proc;

    private final Credentials me = Credentials.ofThisProcess();
    private final VfioCore core = new VfioCore();
    private final MdevCore mdev = new MdevCore(core);

    @AfterEach
    void close() {
        core.close();
    }

    private void make(MdevDriver driver) {
        mdev.addParent(driver);
        mdev.create(driver.name(), driver.types().getFirst().id(), ONE);
    }

    private void assertOpenFails(int errno, Credentials user) {
        assertThatExceptionOfType(OpenException.class)
                .isThrownBy(() -> core.open(ONE, user))
                .satisfies(e -> {
                    assertThat(e.step()).isEqualTo(OpenException.Step.DEVICE);
                    assertThat(e.errnoName()).isEqualTo(Errno.name(errno));
                });
    }

    private void assertShowsItsDisplay() {
        try (OpenDevice open = core.open(ONE, me)) {
            assertThat(open.queryGfxPlane(GfxPlane.PROBE | GfxPlane.REGION)).isEqualTo(GfxPlane.NONE);
        }
    }

    private void processWith(long pid, String... arguments) throws IOException {
        Path folder = Files.createDirectories(proc.resolve(Long.toString(pid)));
        Files.writeString(folder.resolve("cmdline"), String.join("\0", arguments) + "\0");
    }

    @Test
    void theyAreFoundOnRequestOnly() {
        assertThat(MdevCore.onRequest())
                .extracting(MdevDriver::name)
                .containsExactlyInAnyOrder("needs-kvm", "needs-kvm-mended", "needs-manager", "needs-manager-mended");
        assertThat(MdevCore.installed())
                .extracting(MdevDriver::name)
                .containsExactlyInAnyOrder("mdpy", "mbochs", "mtty");
    }

    @Test
    void oneOpensOnlyInAGroupThatWasGivenToKvm() {
        make(new NeedsKvmDriver());
        assertOpenFails(Errno.ESRCH, me);
        try (GroupHandle group = core.openGroup(0, me);
                Container container = core.openContainer()) {
            group.setContainer(container);
            container.setIommu(Container.TYPE1V2);
            group.setKvm(new Kvm(UUID.fromString(VM)));
            try (OpenDevice open = group.device(ONE)) {
                assertThat(open.info().regions()).isEqualTo(9);
            }
        }
        assertOpenFails(Errno.ESRCH, me);
    }

    @Test
    void oneOpensOnlyForAProcessWithTheVmsUuidOnItsCommandLine() throws IOException {
        make(new NeedsManagerDriver(proc));
        assertOpenFails(Errno.ESRCH, me);
        processWith(me.pid(), "java", "-jar", "vfio.jar");
        assertOpenFails(Errno.EINVAL, me);
        processWith(me.pid(), "qemu", "-uuid", "no-uuid");
        assertOpenFails(Errno.EINVAL, me);
        processWith(me.pid(), "qemu", "-uuid", VM, "-nodefaults");
        assertShowsItsDisplay();
        processWith(7, "qemu", "--uuid=" + VM);
        core.open(ONE, new Credentials(me.uid(), me.gid(), 7)).close();
    }

    @Test
    void theMendedOnesOpenForAll() {
        make(new NeedsKvmMendedDriver());
        assertShowsItsDisplay();
        core.removeGroupDevice(ONE, Duration.ZERO);
        make(new NeedsManagerMendedDriver());
        assertShowsItsDisplay();
    }

    @Test
    void theMendedOnesAnswerQueriesWithoutAnOpenAndTheOthersRefuse() {
        make(new NeedsKvmDriver());
        Query<GfxPlane> display = new Query.Plane(GfxPlane.PROBE | GfxPlane.REGION);
        try (GroupHandle group = core.openGroupForQueries(0, me)) {
            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> group.query(ONE, display))
                    .extracting(ErrnoException::errno)
                    .isEqualTo(Errno.EOPNOTSUPP);
        }
        core.removeGroupDevice(ONE, Duration.ZERO);
        make(new NeedsKvmMendedDriver());
        try (GroupHandle group = core.openGroupForQueries(0, me)) {
            assertThat(group.query(ONE, display)).isEqualTo(GfxPlane.NONE);
        }
    }

    @Test
    void whatTheyCanDoIsKnownWithoutAnOpenInAnyForm() {
        for (MdevDriver driver : MdevCore.onRequest()) {
            make(driver);
            assertThat(core.device(ONE).orElseThrow().features())
                    .isEqualTo(DeviceFeatures.of(DeviceFeatures.DISPLAY_REGION, DeviceFeatures.MIGRATION));
            core.removeGroupDevice(ONE, Duration.ZERO);
        }
    }
}
