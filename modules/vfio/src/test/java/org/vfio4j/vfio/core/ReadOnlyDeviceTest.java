/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.vfio.core.CoreFixture.OWNER;
import static org.vfio4j.vfio.core.CoreFixture.STRANGER;
import static org.vfio4j.vfio.core.CoreFixture.assertErrno;
import static org.vfio4j.vfio.core.CoreFixture.assertOpenFails;
import static org.vfio4j.vfio.core.CoreFixture.mdev;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.OpenException.Step;

class ReadOnlyDeviceTest {
    private final Arena arena = Arena.ofConfined();
    private final VfioCore core = CoreFixture.core();
    private final ExampleDevice model = ExampleDevice.create();
    private final CoreDevice registered = core.addGroupDevice(mdev("one"), new ExampleOps(model), DeviceFeatures.NONE);

    @AfterEach
    void close() {
        core.close();
        arena.close();
    }

    @Test
    void queriesAndReadsPass() {
        model.fill((byte) 7);
        try (OpenDevice device = core.open("one", OWNER, OpenMode.READ_ONLY)) {
            MemorySegment bytes = arena.allocate(8);
            assertThat(device.info()).isEqualTo(model.info());
            assertThat(device.regionInfo(0)).isEqualTo(model.regionInfo(0));
            assertThat(device.irqInfo(0)).isEqualTo(model.irqInfo(0));
            assertThat(device.read(ExampleDevice.MEMORY, 0, bytes)).isEqualTo(8);
            assertThat(bytes.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 3)).isEqualTo((byte) 7);
            assertThat(device.queryGfxPlane(GfxPlane.REGION).width()).isEqualTo(32);
            assertThat(Feature.migrationFlags(device)).isEqualTo(Feature.STOP_COPY);
            Feature.probe(device, Feature.MIG_DEVICE_STATE, Feature.SET);
        }
    }

    @Test
    void whatChangesTheDeviceIsRefused() {
        List<Object> before = model.state();
        try (OpenDevice device = core.open("one", OWNER, OpenMode.READ_ONLY)) {
            MemorySegment bytes = arena.allocate(8);
            List<ThrowingCallable> changes = List.of(
                    () -> device.write(ExampleDevice.MEMORY, 0, bytes),
                    device::reset,
                    () -> device.setIrqs(IrqRequest.disable(IrqInfo.PCI_INTX)),
                    () -> device.regionFile(ExampleDevice.MEMORY),
                    () -> device.gfxDmabuf(0),
                    () -> device.feature(Feature.MIG_DEVICE_STATE | Feature.SET, bytes),
                    () -> device.unmapDma(IovaRange.ALL),
                    () -> device.startDmaLogging(4096, List.of(IovaRange.ALL)),
                    device::stopDmaLogging,
                    () -> device.reportDmaLogging(IovaRange.of(0, 4096), 4096, bytes),
                    () -> device.setDeviceState(DeviceState.STOP));
            changes.forEach(change -> assertErrno(Errno.EACCES, change));
            assertThat(device.mode()).isEqualTo(OpenMode.READ_ONLY);
        }
        assertThat(model.state()).isEqualTo(before);
    }

    @Test
    void leaveToReadTheNodeSuffices() {
        registered.group().setAccess(new NodeAccess(OWNER.uid(), OWNER.gid(), 0644));
        core.open("one", STRANGER, OpenMode.READ_ONLY).close();
        assertOpenFails(Step.OPEN, Errno.EACCES, () -> core.open("one", STRANGER));
    }

    @Test
    void aReadOnlyUserIsAUser() {
        try (OpenDevice device = core.open("one", OWNER, OpenMode.READ_ONLY)) {
            assertThat(registered.openCount()).isEqualTo(1);
            assertOpenFails(Step.OPEN, Errno.EBUSY, () -> core.open("one", OWNER));
            assertThat(device.name()).isEqualTo("one");
        }
    }
}
