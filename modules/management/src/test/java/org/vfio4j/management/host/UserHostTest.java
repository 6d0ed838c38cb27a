/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.TestDevice;
import org.vfio4j.management.TestDriver;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.mdev.MdevDriver;
import org.vfio4j.vfio.mdev.MdevType;

class UserHostTest {
    private final TestDevice large = new TestDevice();
    private final TestDevice small = new TestDevice();
    private final TestDevice serial = new TestDevice();

    private UserHost host() {
        return UserHost.demo(List.of(
                new TestDriver("tty").type("tty-1", serial),
                new TestDriver("gpu").type("gpu-large", large).type("gpu-small", small)));
    }

    @Test
    void hasOneDeviceOfEveryTypeByDriver() {
        try (UserHost host = host()) {
            assertThat(host.inventory().devices())
                    .extracting(d -> d.type().orElse(""))
                    .containsExactly("gpu-large", "gpu-small", "tty-1");
            assertThat(host.inventory().devices())
                    .allSatisfy(d -> {
                        assertThat(d.kind()).isEqualTo(DeviceKind.MDEV);
                        assertThat(d.isVfioBound()).isTrue();
                        assertThat(d.usage()).isEqualTo(Usage.FREE);
                    })
                    .extracting(d -> d.group().orElseThrow())
                    .containsExactly(0, 1, 2);
        }
    }

    @Test
    void showsItsDriversAsParents() {
        try (UserHost host = host()) {
            assertThat(host.inventory().parents()).extracting(MdevParent::name).containsExactly("gpu", "tty");
            assertThat(host.inventory().parents().get(1).types())
                    .containsExactly(new MdevParent.Type("tty-1", "name of tty-1", null, 3, "vfio-pci"));
        }
    }

    @Test
    void namesItsDevicesTheSameAtEveryStart() {
        try (UserHost first = host();
                UserHost second = host()) {
            assertThat(first.inventory()).isEqualTo(second.inventory());
        }
    }

    @Test
    void aDeviceHasOneUserAtATime() {
        try (UserHost host = host()) {
            HostDevice device = host.inventory().devices().getFirst();
            try (VfioDevice use = host.open(device)) {
                assertThat(use.info().regions()).isPositive();

                assertThatThrownBy(() -> host.open(device)).isInstanceOfSatisfying(OpenException.class, e -> {
                    assertThat(e.step()).isEqualTo(OpenException.Step.OPEN);
                    assertThat(e.errno()).isEqualTo(Errno.EBUSY);
                });
                assertThat(host.find(device.name()).orElseThrow().usage().isInUse())
                        .isTrue();
                assertThat(host.inventory().devices().get(1).usage()).isEqualTo(Usage.FREE);
            }

            assertThat(host.find(device.name()).orElseThrow().usage()).isEqualTo(Usage.FREE);
            host.open(device).close();
        }
    }

    @Test
    void aUseThatWasClosedReachesTheDeviceNoMore() {
        try (UserHost host = host()) {
            VfioDevice use = host.open(host.inventory().devices().getFirst());
            use.close();
            use.close();

            assertThatThrownBy(use::info)
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
        }
    }

    @Test
    void closingAUseTwiceDoesNotTakeTheDeviceFromTheNextUser() {
        try (UserHost host = host()) {
            HostDevice device = host.inventory().devices().getFirst();
            VfioDevice first = host.open(device);
            first.close();
            try (VfioDevice _ = host.open(device)) {
                first.close();

                assertThatThrownBy(() -> host.open(device)).isInstanceOf(OpenException.class);
            }
        }
    }

    @Test
    void devicesOutliveTheirUsersAndEndWithTheHost() {
        try (UserHost host = host()) {
            host.open(host.inventory().devices().getFirst()).close();
            assertThat(large.isClosed()).isFalse();
        }

        assertThat(List.of(large, small, serial)).allMatch(TestDevice::isClosed);
    }

    @Test
    void aDeviceOfAnotherHostIsNotThere() {
        HostDevice other = new HostDevice("x", DeviceKind.MDEV, null, null, null, null, true, 0, null, Usage.FREE);
        try (UserHost host = host()) {
            assertThat(host.find("x")).isEmpty();
            assertThatThrownBy(() -> host.open(other))
                    .isInstanceOfSatisfying(
                            OpenException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
        }
    }

    @Test
    void whoWantsMoreThanThereIsLearnsWhoHoldsIt() {
        try (UserHost host = new UserHost(List.of(new FullDriver()), List.of())) {
            HostDevice first = host.start("full", "full-1", UUID.randomUUID());

            assertThatThrownBy(() -> host.start("full", "full-1", UUID.randomUUID()))
                    .isInstanceOfSatisfying(RefusedException.class, e -> {
                        assertThat(e.errno()).isEqualTo(Errno.ENOSPC);
                        assertThat(e).hasMessageContaining("the capacity of full left for it is 0");
                        assertThat(e).hasMessageContaining(first.name() + " (full-1)");
                        assertThat(e.remedy()).contains("vfio stop");
                    });
        }
    }

    @Test
    void whoNamesWhatIsNotThereLearnsWhatIs() {
        try (UserHost host = host()) {
            assertThatThrownBy(() -> host.start("x", "y", UUID.randomUUID()))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.remedy()).contains("gpu, tty"));
            assertThatThrownBy(() -> host.start("gpu", "y", UUID.randomUUID()))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.remedy()).contains("gpu-large, gpu-small"));
        }
    }

    @Test
    void aDeviceInUseIsNotStopped() {
        try (UserHost host = host()) {
            HostDevice device = host.inventory().devices().getFirst();
            try (VfioDevice _ = host.open(device)) {
                assertThatThrownBy(() -> host.stop(UUID.fromString(device.name()), Duration.ZERO))
                        .isInstanceOfSatisfying(
                                RefusedException.class,
                                e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
                assertThat(host.find(device.name())).isPresent();
            }
            host.stop(UUID.fromString(device.name()), Duration.ZERO);

            assertThat(host.find(device.name())).isEmpty();
        }
    }

    @Test
    void aDriverThatFailsIsLeftOutAndSaidSo() {
        try (UserHost host = new UserHost(
                List.of(new FullDriver(), new FullDriver(), new TestDriver("tty").type("tty-1", serial)), List.of())) {
            Inventory inventory = host.inventory();

            assertThat(inventory.parents()).extracting(MdevParent::name).containsExactly("full", "tty");
            assertThat(inventory.findings())
                    .singleElement()
                    .satisfies(f -> assertThat(f.id()).isEqualTo("driver-failed"));
        }
    }

    /** Has room for one device. */
    private static final class FullDriver implements MdevDriver {
        private static final MdevType TYPE = new MdevType("full-1", "one", Optional.empty(), MdevType.VFIO_PCI);
        private boolean full;

        @Override
        public String name() {
            return "full";
        }

        @Override
        public List<MdevType> types() {
            return List.of(TYPE);
        }

        @Override
        public int availableInstances(MdevType type) {
            return full ? 0 : 1;
        }

        @Override
        public DeviceFeatures features(MdevType type) {
            return DeviceFeatures.NONE;
        }

        @Override
        public VfioDevice create(UUID uuid, MdevType type) {
            if (full) {
                throw new VfioException(Errno.ENOSPC, "full");
            }
            full = true;
            return new TestDevice();
        }

        @Override
        public Map<String, String> vendorAttributes(UUID uuid, MdevType type) {
            return Map.of();
        }
    }
}
