/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.management.TestDevice;
import org.vfio4j.management.TestDriver;
import org.vfio4j.management.TestTree;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.KernelHost;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.VfioDevice;

class OpenWayTest {
    @TempDir
    private Path folder;

    private static Map<Question, Answer> ask(TestDevice device) {
        try (UserHost host = UserHost.demo(List.of(new TestDriver("gpu").type("gpu-1", device)))) {
            HostDevice shown = host.inventory().devices().getFirst();
            Map<Question, Answer> answers = new OpenWay(host, false).ask(shown);
            assertThat(host.find(shown.name()).orElseThrow().usage()).isEqualTo(Usage.FREE);
            return answers;
        }
    }

    private static Answer ask(TestDevice device, Question question) {
        return Objects.requireNonNull(ask(device).get(question));
    }

    @Test
    void aDeviceThatHasNothingSaysNoToEveryQuestion() {
        assertThat(ask(new TestDevice()))
                .containsOnlyKeys(Question.values())
                .containsEntry(Question.DISPLAY_REGION, new Answer.No("open", "QUERY_GFX_PLANE PROBE|REGION: ENOTTY"))
                .containsEntry(Question.DISPLAY_DMABUF, new Answer.No("open", "QUERY_GFX_PLANE PROBE|DMABUF: ENOTTY"))
                .containsEntry(
                        Question.EDID,
                        new Answer.No("open", "GET_REGION_INFO: none of 9 regions is of type GFX, subtype EDID"))
                .containsEntry(Question.MIGRATION, new Answer.No("open", "DEVICE_FEATURE GET MIGRATION: ENOTTY"))
                .containsEntry(
                        Question.DIRTY_TRACKING,
                        new Answer.No("open", "DEVICE_FEATURE PROBE DMA_LOGGING_START: ENOTTY"));
    }

    @Test
    void aPlaneTypeThatIsRefusedAsInvalidIsNotThere() {
        TestDevice device = new TestDevice().plane(GfxPlane.REGION, 0).plane(GfxPlane.DMABUF, Errno.EINVAL);

        assertThat(ask(device))
                .containsEntry(Question.DISPLAY_REGION, new Answer.Yes("open", "QUERY_GFX_PLANE PROBE|REGION: ok"))
                .containsEntry(Question.DISPLAY_DMABUF, new Answer.No("open", "QUERY_GFX_PLANE PROBE|DMABUF: EINVAL"));
    }

    @Test
    void anEdidRegionBehindThoseOfPciIsFound() {
        assertThat(ask(new TestDevice().edid(), Question.EDID))
                .isEqualTo(new Answer.Yes("open", "GET_REGION_INFO: region 9 is of type GFX, subtype EDID"));
    }

    @Test
    void migrationIsToldWithItsFlagsAndThoseWithoutAWordByTheirValue() {
        TestDevice device = new TestDevice().migration(Feature.STOP_COPY | Feature.PRE_COPY | 0x40);

        assertThat(ask(device, Question.MIGRATION))
                .isEqualTo(new Answer.Yes(
                        "open", "DEVICE_FEATURE GET MIGRATION: 0x45", List.of("stop-copy", "pre-copy", "0x40")));
    }

    @Test
    void dirtyTrackingIsToldApartFromMigration() {
        assertThat(ask(new TestDevice().dirtyTracking(), Question.DIRTY_TRACKING))
                .isEqualTo(new Answer.Yes("open", "DEVICE_FEATURE PROBE DMA_LOGGING_START: ok"));
    }

    @Test
    void anErrorThatMeansNeitherYesNorNoLeavesOnlyItsOwnQuestionOpen() {
        TestDevice device = new TestDevice().plane(GfxPlane.REGION, 0).migrationRefused(Errno.EIO);

        Map<Question, Answer> answers = ask(device);

        assertThat(answers.get(Question.MIGRATION))
                .isInstanceOfSatisfying(
                        Answer.Unknown.class, a -> assertThat(a.cause()).isEqualTo(Cause.FAILED));
        assertThat(answers.get(Question.DISPLAY_REGION)).isInstanceOf(Answer.Yes.class);
    }

    @Test
    void aDeviceThatGoesInMidProbeIsGone() {
        TestDevice device = new TestDevice().plane(GfxPlane.REGION, 0).info(Errno.ENODEV);

        assertThat(ask(device, Question.EDID))
                .isInstanceOfSatisfying(
                        Answer.Unknown.class, a -> assertThat(a.cause()).isEqualTo(Cause.GONE));
    }

    @Test
    void aDeviceInUseIsNotOpened() {
        assertUntouched(Devices.mdev("mtty", Devices.heldBy(4711, "qemu")), true, Cause.IN_USE);
    }

    @Test
    void aDeviceThatVfioDoesNotHaveIsNotOpened() {
        assertUntouched(Devices.pci("e1000e", false), true, Cause.NOT_BOUND);
    }

    @Test
    void aDeviceWithNeitherGroupNorNodeIsNotOpened() {
        HostDevice device = new HostDevice(
                "0000:01:00.0", DeviceKind.PCI, null, null, "vfio-pci", null, true, null, null, Usage.FREE);

        assertUntouched(device, true, Cause.NO_IOMMU);
    }

    @Test
    void aPhysicalDeviceIsNotOpenedUnlessItMayBeReset() {
        assertUntouched(Devices.PCI, false, Cause.INTRUSIVE);

        TestDevice device = new TestDevice();
        assertThat(new OpenWay(new Opener(() -> device), true).ask(Devices.PCI).get(Question.MIGRATION))
                .isInstanceOf(Answer.No.class);
        assertThat(device.isClosed()).isTrue();
    }

    @Test
    void aMediatedDeviceIsOpenedAndClosedAgain() {
        TestDevice device = new TestDevice();

        new OpenWay(new Opener(() -> device), false).ask(Devices.MDEV);

        assertThat(device.isClosed()).isTrue();
    }

    @Test
    void aRefusedOpenLeavesEveryQuestionOpenForItsReason() {
        Host host = refusing(new OpenException(OpenException.Step.OPEN, Errno.EACCES, "open /dev/vfio/4"));

        assertThat(new OpenWay(host, false).ask(Devices.MDEV))
                .containsOnlyKeys(Question.values())
                .allSatisfy((question, answer) -> assertThat(answer).isInstanceOfSatisfying(Answer.Unknown.class, a -> {
                    assertThat(a.cause()).isEqualTo(Cause.NO_PERMISSION);
                    assertThat(a.evidence()).isEqualTo("open /dev/vfio/4: EACCES");
                }));
    }

    @Test
    void anOpenThatFailsOutsideItsStepsSpoilsOnlyThisDevice() {
        Host host = refusing(new LinuxException(Errno.EMFILE, "dup", "/dev/vfio/4"));

        assertThat(new OpenWay(host, false).ask(Devices.MDEV))
                .containsOnlyKeys(Question.values())
                .allSatisfy((question, answer) -> assertThat(answer).isInstanceOfSatisfying(Answer.Unknown.class, a -> {
                    assertThat(a.cause()).isEqualTo(Cause.FAILED);
                    assertThat(a.because()).contains("too many open files");
                }));
    }

    @Test
    void aCapturedTreeOffersNoWayToOpen() {
        KernelHost host = TestTree.samples(folder).host();

        assertThat(new OpenWay(host, false).ask(host.inventory().devices().getFirst()))
                .allSatisfy((question, answer) -> assertThat(answer)
                        .isInstanceOfSatisfying(
                                Answer.Unknown.class, a -> assertThat(a.cause()).isEqualTo(Cause.NO_NODE)));
    }

    private static void assertUntouched(HostDevice device, boolean mayReset, Cause cause) {
        Host host = new Opener(() -> {
            throw new AssertionError("the device was opened");
        });

        assertThat(new OpenWay(host, mayReset).ask(device))
                .containsOnlyKeys(Question.values())
                .allSatisfy((question, answer) -> assertThat(answer)
                        .isInstanceOfSatisfying(
                                Answer.Unknown.class, a -> assertThat(a.cause()).isEqualTo(cause)));
    }

    private static Host refusing(RuntimeException refusal) {
        return new Opener(() -> {
            throw refusal;
        });
    }

    /** A host that has nothing to show and opens a device as its test says. */
    private record Opener(Supplier<VfioDevice> opened) implements Host {
        @Override
        public String kind() {
            return "test";
        }

        @Override
        public Machine machine() {
            return new Machine("test", "test");
        }

        @Override
        public Inventory types() {
            return inventory();
        }

        @Override
        public Inventory inventory() {
            return new Inventory(List.of(), List.of(), List.of());
        }

        @Override
        public Optional<HostDevice> find(String name) {
            return Optional.empty();
        }

        @Override
        public VfioDevice open(HostDevice device) {
            return opened.get();
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
