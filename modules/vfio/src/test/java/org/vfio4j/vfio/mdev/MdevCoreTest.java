/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.vfio4j.vfio.mdev.ExampleDriver.LARGE;
import static org.vfio4j.vfio.mdev.ExampleDriver.SMALL;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.core.Credentials;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.OpenContext;
import org.vfio4j.vfio.core.OpenDevice;
import org.vfio4j.vfio.core.VfioCore;

class MdevCoreTest {
    private static final String ONE = "1f0f2d6a-0000-4000-8000-000000000001";
    private static final String TWO = "1f0f2d6a-0000-4000-8000-000000000002";
    private static final Duration NOW = Duration.ZERO;

    private final VfioCore core = new VfioCore();
    private final ExampleDriver driver = new ExampleDriver("example", 9);
    private final ExampleDriver other = new ExampleDriver("other", 1);
    private final MdevCore mdev = new MdevCore(core, List.of(other, driver));
    private final MdevParent parent = mdev.parent("example").orElseThrow();

    @AfterEach
    void close() {
        core.close();
        assertThat(driver.left()).isEqualTo(9);
        assertThat(other.left()).isEqualTo(1);
    }

    private static void assertErrno(int errno, ThrowingCallable call) {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(call)
                .extracting(ErrnoException::errnoName)
                .isEqualTo(Errno.name(errno));
    }

    @Test
    void theTypesOfAParentShareWhatItHas() {
        assertThat(parent.availableInstances(LARGE)).isEqualTo(2);
        mdev.create("example", "example-large", ONE);
        assertThat(parent.availableInstances(LARGE)).isEqualTo(1);
        assertThat(parent.availableInstances(SMALL)).isEqualTo(5);
        mdev.create("example", "example-small", TWO);
        assertThat(parent.availableInstances(SMALL)).isEqualTo(4);
        mdev.remove(ONE, NOW);
        assertThat(parent.availableInstances(LARGE)).isEqualTo(2);
        assertThat(mdev.devices(parent))
                .extracting(device -> device.uuid().toString())
                .containsExactly(TWO);
    }

    @Test
    void errorsAreTheKernels() {
        mdev.create("other", "example-small", ONE);
        assertErrno(Errno.EEXIST, () -> mdev.create("other", "example-small", ONE));
        assertErrno(Errno.EEXIST, () -> mdev.create("example", "example-small", ONE));
        assertErrno(Errno.ENOSPC, () -> mdev.create("other", "example-small", TWO));
        assertErrno(Errno.EINVAL, () -> mdev.create("other", "example-small", "1-1-1-1-1"));
        assertErrno(Errno.ENODEV, () -> mdev.create("nobody", "example-small", TWO));
        assertErrno(Errno.ENODEV, () -> mdev.create("other", "no-type", TWO));
        assertErrno(Errno.ENODEV, () -> mdev.remove(TWO, NOW));
        assertErrno(Errno.EEXIST, () -> mdev.addParent(new ExampleDriver("other", 1)));
        assertErrno(Errno.EINVAL, () -> mdev.addParent(new ExampleDriver("a/b", 1)));
    }

    @Test
    void aDeviceIsRegisteredWithWhatItsDriverTells() {
        MdevDevice device = mdev.create("example", "example-small", ONE.toUpperCase(java.util.Locale.ROOT));
        assertThat(device.core().name()).isEqualTo(ONE);
        assertThat(device.core().busDevice().path()).isEqualTo("/devices/virtual/example/example/" + ONE);
        assertThat(device.core().busDevice().driver()).isEqualTo("example");
        assertThat(device.core().features()).isEqualTo(DeviceFeatures.of(DeviceFeatures.DISPLAY_REGION));
        assertThat(device.core().hostDriverVersion()).contains("host-1");
        assertThat(device.core().guestDriverVersion()).isEqualTo("guest-1");
        assertThat(device.vendorAttributes()).containsEntry("share", "1");
        assertThat(mdev.device(ONE)).contains(device);
    }

    @Test
    void anOpenDeviceStaysAndTheUserFindsItAsHeLeftIt() {
        mdev.create("example", "example-small", ONE);
        Credentials me = Credentials.ofThisProcess();
        try (OpenDevice open = core.open(ONE, me)) {
            assertErrno(Errno.EBUSY, () -> mdev.remove(ONE, NOW));
            open.reset();
        }
        core.open(ONE, me).close();
        mdev.remove(ONE, NOW);
        assertThat(mdev.device(ONE)).isEmpty();
        mdev.create("other", "example-small", ONE);
    }

    @Test
    void aParentThatGoesTakesItsDevicesWithIt() {
        mdev.create("example", "example-small", ONE);
        mdev.create("other", "example-small", TWO);
        mdev.removeParent("example", NOW);
        assertThat(mdev.parents()).extracting(MdevParent::name).containsExactly("other");
        assertThat(mdev.devices())
                .extracting(device -> device.uuid().toString())
                .containsExactly(TWO);
        assertErrno(Errno.ENODEV, () -> mdev.create(parent, SMALL, UUID.fromString(ONE)));
    }

    @Test
    void listenersHearOfDevicesWithTheirTypes() {
        List<String> heard = new CopyOnWriteArrayList<>();
        VfioCore.Subscription subscription = mdev.listen(new MdevCore.Listener() {
            @Override
            public void added(MdevDevice device) {
                heard.add("+" + device.type().id());
            }

            @Override
            public void removed(MdevDevice device) {
                heard.add("-" + device.type().id());
            }
        });
        mdev.create("example", "example-small", ONE);
        mdev.create("example", "example-large", TWO);
        mdev.remove(ONE, NOW);
        subscription.close();
        mdev.remove(TWO, NOW);
        assertThat(heard).containsExactly("+example-small", "+example-large", "-example-small");
    }

    @Test
    void aDriverThatFailsHarmsItsOwnParentOnly() {
        MdevParent bad = mdev.addParent(new ExampleDriver("bad", 1) {
            @Override
            public int availableInstances(MdevType type) {
                return -1;
            }

            @Override
            public VfioDevice create(UUID uuid, MdevType type) {
                throw new IllegalStateException("a bug");
            }

            @Override
            public void open(UUID uuid, MdevType type, OpenContext context) {}
        });
        assertErrno(Errno.EIO, () -> bad.availableInstances(SMALL));
        assertErrno(Errno.EIO, () -> mdev.create("bad", "example-small", ONE));
        mdev.create("example", "example-small", ONE);
    }
}
