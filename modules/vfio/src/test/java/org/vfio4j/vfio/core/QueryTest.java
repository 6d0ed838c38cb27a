/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.vfio.core.CoreFixture.OWNER;
import static org.vfio4j.vfio.core.CoreFixture.assertErrno;
import static org.vfio4j.vfio.core.CoreFixture.mdev;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.uapi.VfioIoctl;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.RegionInfo;

class QueryTest {
    private static final int THREADS = 16;
    private static final int ROUNDS = 500;

    private final VfioCore core = CoreFixture.core();
    private final ExampleDevice model = ExampleDevice.create();
    private final CoreDevice device = core.addGroupDevice(mdev("one"), new ExampleOps(model), DeviceFeatures.NONE);

    @AfterEach
    void close() {
        core.close();
    }

    @Test
    void benignQueriesAreAnsweredWithoutAnOpen() {
        try (GroupHandle group = core.openGroup(0, OWNER)) {
            assertThat(group.query("one", new Query.Info())).isEqualTo(model.info());
            assertThat(group.query("one", new Query.Region(RegionInfo.PCI_CONFIG))
                            .size())
                    .isEqualTo(256);
            assertThat(group.query("one", new Query.Irq(IrqInfo.PCI_INTX)).count())
                    .isEqualTo(1);
            assertThat(group.query("one", new Query.Plane(GfxPlane.PROBE | GfxPlane.REGION)))
                    .isEqualTo(GfxPlane.NONE);
        }
        assertThat(device.openCount()).isZero();
    }

    @Test
    void refusalsOfTheDeviceAreAnswersToo() {
        try (GroupHandle group = core.openGroup(0, OWNER)) {
            assertErrno(Errno.EINVAL, () -> group.query("one", new Query.Plane(GfxPlane.PROBE | GfxPlane.DMABUF)));
            assertErrno(Errno.EINVAL, () -> group.query("one", new Query.Region(99)));
            assertErrno(Errno.EINVAL, () -> group.query("one", new Query.Irq(-1)));
        }
    }

    @Test
    void whatIsNoBenignQueryIsNotPermitted() {
        List<Integer> commands = List.of(
                (int) VfioIoctl.VFIO_DEVICE_SET_IRQS.number(),
                (int) VfioIoctl.VFIO_DEVICE_RESET.number(),
                (int) VfioIoctl.VFIO_DEVICE_GET_GFX_DMABUF.number(),
                (int) VfioIoctl.VFIO_DEVICE_FEATURE.number(),
                0,
                -1);
        try (GroupHandle group = core.openGroup(0, OWNER)) {
            for (int command : commands) {
                assertErrno(Errno.EPERM, () -> group.query("one", command, 0));
            }
            int info = (int) VfioIoctl.VFIO_DEVICE_GET_INFO.number();
            assertThat(group.query("one", info, 0)).isEqualTo(model.info());
        }
    }

    @Test
    void aWrongNameIsNoDeviceAndAClosedGroupNoGroup() {
        GroupHandle group = core.openGroup(0, OWNER);
        assertErrno(Errno.ENODEV, () -> group.query("two", new Query.Info()));
        group.close();
        assertErrno(Errno.EBADF, () -> group.query("one", new Query.Info()));
    }

    @Test
    void aQueryThatNeedsAnOpenIsRefusedRatherThanAnsweredWrongly() {
        core.addGroupDevice(
                mdev("two"),
                new ExampleOps(ExampleDevice.create()) {
                    @Override
                    public Set<Query.Kind> queriesWithoutOpen() {
                        return Set.of();
                    }
                },
                DeviceFeatures.NONE);
        try (GroupHandle one = core.openGroup(0, OWNER);
                GroupHandle two = core.openGroup(1, OWNER)) {
            assertErrno(Errno.EOPNOTSUPP, () -> one.query("one", new Query.Plane(GfxPlane.REGION)));
            assertErrno(Errno.EOPNOTSUPP, () -> two.query("two", new Query.Info()));
        }
    }

    @Test
    void aGroupOpenedForQueriesDoesNothingElse() {
        try (GroupHandle queries = core.openGroupForQueries(0, OWNER);
                Container container = core.openContainer()) {
            assertThat(queries.query("one", new Query.Info()).regions()).isEqualTo(9);
            assertErrno(Errno.EACCES, () -> queries.setContainer(container));
            assertErrno(Errno.EACCES, () -> queries.device("one"));
            core.openGroup(0, OWNER).close();
        }
    }

    @Test
    void aStormOfQueriesDisturbsNobody() throws Exception {
        model.fill((byte) 0x5a);
        try (OpenDevice user = core.open("one", OWNER);
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Object> before = model.state();
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Integer>> storm = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                storm.add(threads.submit(() -> storm(start)));
            }
            start.countDown();
            for (int i = 0; i < ROUNDS; i++) {
                assertThat(user.queryGfxPlane(GfxPlane.PROBE | GfxPlane.REGION)).isEqualTo(GfxPlane.NONE);
            }
            for (Future<Integer> thread : storm) {
                assertThat(thread.get(60, TimeUnit.SECONDS)).isEqualTo(ROUNDS);
            }
            assertThat(model.state()).isEqualTo(before);
            assertThat(model.wasCrowded()).isFalse();
            assertThat(device.openCount()).isEqualTo(1);
        }
    }

    private int storm(CountDownLatch start) throws InterruptedException {
        start.await();
        for (int i = 0; i < ROUNDS; i++) {
            try (GroupHandle group = core.openGroupForQueries(0, OWNER)) {
                assertThat(group.query("one", new Query.Info()).irqs()).isEqualTo(5);
                assertThat(group.query("one", new Query.Region(i % 9)).index()).isEqualTo(i % 9);
                assertErrno(Errno.EPERM, () -> group.query("one", new Query.Other(1)));
                assertErrno(Errno.EOPNOTSUPP, () -> group.query("one", new Query.Plane(GfxPlane.REGION)));
            }
        }
        return ROUNDS;
    }
}
