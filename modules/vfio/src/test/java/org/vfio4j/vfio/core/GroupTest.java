/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.vfio.core.CoreFixture.OWNER;
import static org.vfio4j.vfio.core.CoreFixture.STRANGER;
import static org.vfio4j.vfio.core.CoreFixture.assertErrno;
import static org.vfio4j.vfio.core.CoreFixture.assertOpenFails;
import static org.vfio4j.vfio.core.CoreFixture.mdev;
import static org.vfio4j.vfio.core.CoreFixture.pci;

import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.OpenException.Step;

class GroupTest {
    private static final String NAME = "0000:00:05.0";

    private final VfioCore core = CoreFixture.core();
    private final ExampleOps ops = new ExampleOps(ExampleDevice.create());
    private final CoreDevice device = core.addGroupDevice(pci(NAME), ops, DeviceFeatures.NONE);
    private final Group group = device.group();

    @AfterEach
    void close() {
        core.close();
    }

    @Test
    void aGroupIsOpenedOnceAtATime() {
        try (GroupHandle first = core.openGroup(0, OWNER)) {
            assertThat(first.status()).isEqualTo(new GroupHandle.Status(true, false));
            assertErrno(Errno.EBUSY, () -> core.openGroup(0, OWNER));
        }
        core.openGroup(0, OWNER).close();
    }

    @Test
    void whoeverTheNodeDoesNotLetInIsRefusedBeforeItIsBusy() {
        try (GroupHandle first = core.openGroup(0, OWNER)) {
            assertThat(first.status().viable()).isTrue();
            assertErrno(Errno.EACCES, () -> core.openGroup(0, STRANGER));
        }
        group.setAccess(new NodeAccess(0, 77, 0060));
        core.openGroup(0, new Credentials(1001, 1001, Set.of(77), 43)).close();
        assertErrno(Errno.EACCES, () -> core.openGroup(0, OWNER));
        core.openGroup(0, new Credentials(0, 0, 1)).close();
    }

    @Test
    void thereIsNoNodeWithoutAGroup() {
        assertErrno(Errno.ENOENT, () -> core.openGroup(7, OWNER));
    }

    @Test
    void aDeviceNeedsItsGroupInAContainerWithAnIommu() {
        try (GroupHandle handle = core.openGroup(0, OWNER);
                Container container = core.openContainer()) {
            assertErrno(Errno.EINVAL, () -> handle.device(NAME));
            assertErrno(Errno.EINVAL, () -> container.setIommu(Container.TYPE1V2));
            assertErrno(Errno.EINVAL, handle::unsetContainer);
            handle.setContainer(container);
            assertErrno(Errno.EINVAL, () -> handle.setContainer(container));
            assertErrno(Errno.EINVAL, () -> handle.device(NAME));
            assertErrno(Errno.ENODEV, () -> container.setIommu(7));
            container.setIommu(Container.TYPE1V2);
            assertErrno(Errno.EINVAL, () -> container.setIommu(Container.TYPE1));
            assertErrno(Errno.ENODEV, () -> handle.device("0000:00:06.0"));
            try (OpenDevice open = handle.device(NAME)) {
                assertThat(open.info().regions()).isEqualTo(9);
                assertErrno(Errno.EBUSY, handle::unsetContainer);
            }
            handle.unsetContainer();
            assertThat(handle.status()).isEqualTo(new GroupHandle.Status(true, false));
        }
    }

    @Test
    void theContainerForgetsItsIommuWithItsLastGroup() {
        try (Container container = core.openContainer()) {
            try (GroupHandle handle = core.openGroup(0, OWNER)) {
                handle.setContainer(container);
                container.setIommu(Container.TYPE1);
            }
            try (GroupHandle handle = core.openGroup(0, OWNER)) {
                assertThat(handle.status().containerSet()).isFalse();
                handle.setContainer(container);
                assertErrno(Errno.EINVAL, () -> handle.device(NAME));
            }
        }
    }

    @Test
    void aGroupWithAMemberBoundElsewhereIsNotViable() {
        group.putOutsider(new GroupMember(Bus.PCI, "0000:00:05.1", "e1000e"));
        try (GroupHandle handle = core.openGroup(0, OWNER);
                Container container = core.openContainer()) {
            assertThat(handle.status().viable()).isFalse();
            assertErrno(Errno.EPERM, () -> handle.setContainer(container));
        }
        assertOpenFails(Step.VIABLE, Errno.EPERM, () -> core.open(NAME, OWNER));
        group.putOutsider(new GroupMember(Bus.PCI, "0000:00:05.1", "pci-stub"));
        core.open(NAME, OWNER).close();
        group.putOutsider(new GroupMember(Bus.PCI, "0000:00:05.1", null));
        core.open(NAME, OWNER).close();
    }

    @Test
    void anOpenDeviceKeepsItsGroupBusyAfterTheGroupsHandleIsClosed() {
        OpenDevice open = core.open(NAME, OWNER);
        assertThat(group.isOpen()).isTrue();
        assertOpenFails(Step.OPEN, Errno.EBUSY, () -> core.open(NAME, OWNER));
        open.close();
        open.close();
        assertThat(group.isOpen()).isFalse();
        assertErrno(Errno.EBADF, open::info);
        assertThat(ops.calls).containsExactly("open READ_WRITE", "close");
    }

    @Test
    void theVendorsOpenIsTheFirstAndItsCloseTheLast() {
        try (GroupHandle handle = core.openGroup(0, OWNER);
                Container container = core.openContainer()) {
            handle.setContainer(container);
            container.setIommu(Container.TYPE1V2);
            OpenDevice first = handle.device(NAME);
            OpenDevice second = handle.device(NAME);
            assertThat(device.openCount()).isEqualTo(2);
            first.close();
            assertThat(second.info().irqs()).isEqualTo(5);
            assertThat(ops.calls).containsExactly("open READ_WRITE");
            second.close();
        }
        assertThat(device.openCount()).isZero();
        assertThat(ops.calls).containsExactly("open READ_WRITE", "close");
    }

    @Test
    void everyStepOfAnOpenSaysWhichItIs() {
        assertOpenFails(Step.NODE, Errno.ENODEV, () -> core.open("0000:00:06.0", OWNER));
        assertOpenFails(Step.OPEN, Errno.EACCES, () -> core.open(NAME, STRANGER));
        core.addGroupDevice(
                pci("0000:00:06.0"),
                new ExampleOps(ExampleDevice.create()) {
                    @Override
                    public void open(OpenContext context) {
                        throw new org.vfio4j.vfio.VfioException(Errno.ESRCH, "no virtual machine");
                    }
                },
                DeviceFeatures.NONE);
        assertOpenFails(Step.DEVICE, Errno.ESRCH, () -> core.open("0000:00:06.0", OWNER));
        assertThat(core.group(1).orElseThrow().isOpen()).isFalse();
    }

    @Test
    void theVendorsDriverLearnsOfTheGroupsVirtualMachine() {
        Kvm kvm = new Kvm(new UUID(1, 2));
        try (GroupHandle handle = core.openGroup(0, OWNER)) {
            handle.setKvm(kvm);
            assertThat(group.kvm()).isEqualTo(kvm);
        }
        assertThat(group.kvm()).isNull();
    }

    @Test
    void numbersAreTheLowestThatAreFree() {
        String[] names = {"a", "b", "c"};
        for (String name : names) {
            core.addGroupDevice(mdev(name), new ExampleOps(ExampleDevice.create()), DeviceFeatures.NONE);
        }
        core.removeGroupDevice("a", CoreFixture.NOW);
        CoreDevice next = core.addGroupDevice(mdev("d"), new ExampleOps(ExampleDevice.create()), DeviceFeatures.NONE);
        assertThat(next.index()).isEqualTo(1);
        assertThat(next.group().number()).isEqualTo(1);
        assertThat(next.group().name()).contains("vfio-noiommu");
        assertThat(group.name()).isEmpty();
        assertThat(core.devices()).extracting(CoreDevice::name).containsExactly(NAME, "d", "b", "c");
        assertThat(core.devices(Bus.MDEV)).extracting(CoreDevice::name).containsExactly("b", "c", "d");
    }

    @Test
    void devicesThatShareAGroupAreOneUsers() {
        CoreDevice sibling = core.addGroupDevice(
                pci("0000:00:05.1"), report -> new ExampleOps(ExampleDevice.create()), DeviceFeatures.NONE, group);
        assertThat(sibling.group()).isSameAs(group);
        try (OpenDevice open = core.open(NAME, OWNER)) {
            assertThat(open.name()).isEqualTo(NAME);
            assertOpenFails(Step.OPEN, Errno.EBUSY, () -> core.open("0000:00:05.1", OWNER));
        }
    }

    @Test
    void aNameIsTakenOnce() {
        assertErrno(
                Errno.EEXIST,
                () -> core.addGroupDevice(pci(NAME), new ExampleOps(ExampleDevice.create()), DeviceFeatures.NONE));
        assertErrno(Errno.EINVAL, () -> new BusDevice(Bus.MDEV, "../x", "/devices/../x", "d"));
    }
}
