/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.vfio.core.CoreFixture.LONG;
import static org.vfio4j.vfio.core.CoreFixture.NOW;
import static org.vfio4j.vfio.core.CoreFixture.OWNER;
import static org.vfio4j.vfio.core.CoreFixture.SHORT;
import static org.vfio4j.vfio.core.CoreFixture.assertErrno;
import static org.vfio4j.vfio.core.CoreFixture.assertOpenFails;
import static org.vfio4j.vfio.core.CoreFixture.mdev;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.OpenException.Step;

class RemovalTest {
    private final VfioCore core = CoreFixture.core();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final VfioCore.Subscription subscription = core.listen(new CoreListener() {
        @Override
        public void added(CoreDevice device) {
            heard.add("added " + device.name());
        }

        @Override
        public void removed(CoreDevice device) {
            heard.add("removed " + device.name());
        }
    });
    private final ExampleOps ops = new ExampleOps(ExampleDevice.create());
    private final CoreDevice device = core.addGroupDevice(mdev("one"), ops, DeviceFeatures.NONE);

    @AfterEach
    void close() {
        core.close();
    }

    @Test
    void aDeviceThatNobodyHasOpenGoesAtOnce() {
        core.removeGroupDevice("one", NOW);
        assertThat(core.device("one")).isEmpty();
        assertThat(core.groups()).isEmpty();
        assertThat(ops.calls).containsExactly("remove");
        assertThat(heard).containsExactly("added one", "removed one");
        assertErrno(Errno.ENODEV, () -> core.removeGroupDevice("one", NOW));
    }

    @Test
    void anOpenDeviceIsBusyWhenTheBoundHasPassedAndStaysAsItWas() {
        try (OpenDevice open = core.open("one", OWNER)) {
            assertErrno(Errno.EBUSY, () -> core.removeGroupDevice("one", SHORT));
            assertThat(open.info().regions()).isEqualTo(9);
            assertThat(core.device("one")).contains(device);
        }
        core.open("one", OWNER).close();
        assertThat(heard).containsExactly("added one");
    }

    @Test
    void whileItWaitsNobodyFindsTheDeviceAndItsNumbersStayTaken() throws Exception {
        try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
            OpenDevice open = core.open("one", OWNER);
            Future<?> removal = threads.submit(() -> core.removeGroupDevice("one", LONG));
            while (core.device("one").isPresent()) {
                Thread.onSpinWait();
            }
            assertOpenFails(Step.NODE, Errno.ENODEV, () -> core.open("one", OWNER));
            assertErrno(Errno.ENODEV, () -> core.removeGroupDevice("one", NOW));
            assertThat(core.devices()).isEmpty();
            assertErrno(
                    Errno.EEXIST,
                    () -> core.addGroupDevice(
                            mdev("one"), new ExampleOps(ExampleDevice.create()), DeviceFeatures.NONE));
            assertThat(core.addGroupDevice(mdev("two"), new ExampleOps(ExampleDevice.create()), DeviceFeatures.NONE)
                            .index())
                    .isEqualTo(1);
            assertThat(open.info().regions()).isEqualTo(9);
            open.close();
            removal.get(30, TimeUnit.SECONDS);
        }
        assertThat(ops.calls).containsExactly("open READ_WRITE", "close", "remove");
        assertThat(heard).containsExactly("added one", "added two", "removed one");
    }

    @Test
    void whoNoLongerListensHearsNothing() {
        subscription.close();
        core.removeGroupDevice("one", NOW);
        assertThat(heard).containsExactly("added one");
    }
}
