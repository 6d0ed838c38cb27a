/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Usage;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.OpenException.Step;
import org.vfio4j.vfio.VfioException;

class OpenRefusalsTest {
    private static Answer.Unknown explain(HostDevice device, Step step, int errno, String... foreign) {
        OpenException e = new OpenException(step, errno, "call subject");
        return unknown(OpenRefusals.explain("open", device, e, List.of(foreign)));
    }

    private static Answer.Unknown unknown(Answer answer) {
        assertThat(answer).isInstanceOf(Answer.Unknown.class);
        return (Answer.Unknown) answer;
    }

    @ParameterizedTest
    @CsvSource({
        "NODE,   ENODEV, 19,  NO_NODE,          there is nothing to open, modprobe",
        "NODE,   ENOENT, 2,   NO_NODE,          there is nothing to open, /dev/vfio is visible",
        "OPEN,   EBUSY,  16,  IN_USE,           in use by another process, Ask again when its user has closed it",
        "OPEN,   EACCES, 13,  NO_PERMISSION,    may not open it, Run as root",
        "OPEN,   EPERM,  1,   NO_PERMISSION,    may not open it, Run as root",
        "OPEN,   ENOENT, 2,   GONE,             its node is not there, vfio list",
        "OPEN,   ENODEV, 19,  GONE,             its node is not there, vfio list",
        "OPEN,   EIO,    5,   FAILED,           a reason this tool does not know, dmesg",
        "VIABLE, EPERM,  1,   GROUP_NOT_VIABLE, not viable, Bind every device of the group",
        "IOMMU,  EPERM,  1,   NO_IOMMU,         no interrupt remapping, allow_unsafe_interrupts",
        "IOMMU,  EACCES, 13,  NO_PERMISSION,    may not use the container, /dev/iommu",
        "IOMMU,  ENODEV, 19,  NO_IOMMU,         no IOMMU driver, vfio_iommu_type1",
        "IOMMU,  ENOENT, 2,   NO_IOMMU,         no IOMMU driver, vfio_iommu_type1",
        "DEVICE, EBUSY,  16,  IN_USE,           in use by another process, Ask again",
        "DEVICE, ENODEV, 19,  GONE,             went away while it was opened, vfio list",
        "DEVICE, ESRCH,  3,   NEEDS_VM,         only for a running virtual machine, Ask the vendor",
        "DEVICE, EINVAL, 22,  FAILED,           a reason this tool does not know, dmesg",
        "DEVICE, EIO,    5,   FAILED,           a reason this tool does not know, dmesg",
    })
    void aFailedOpenIsExplainedByItsStepAndErrno(
            Step step, String symbol, int errno, Cause cause, String because, String remedy) {
        Answer.Unknown answer = explain(Devices.MDEV, step, errno);

        assertThat(answer.cause()).isEqualTo(cause);
        assertThat(answer.because()).contains(because);
        assertThat(answer.remedy()).contains(remedy);
        assertThat(answer.evidence()).isEqualTo("call subject: " + symbol);
        assertThat(answer.way()).isEqualTo("open");
    }

    @ParameterizedTest
    @CsvSource({"22, NEEDS_VM", "5, NEEDS_VM", "19, NEEDS_VM", "3, NEEDS_VM", "16, IN_USE", "12, FAILED"})
    void nvidiasDriverRefusesToOpenWithoutItsVmInSeveralWays(int errno, Cause cause) {
        HostDevice device = Devices.mdev("nvidia-vgpu-vfio", Usage.FREE);

        assertThat(explain(device, Step.DEVICE, errno).cause()).isEqualTo(cause);
    }

    @ParameterizedTest
    @CsvSource({
        "EBUSY,        IN_USE,        another client has the device, Ask again",
        "ECONNREFUSED, GONE,          nobody listens on its socket, vfio serve-device",
        "ENOENT,       GONE,          nobody listens on its socket, vfio serve-device",
        "EACCES,       NO_PERMISSION, may not connect, Run as the user",
        "ENOTCONN,     FAILED,        does not speak vfio-user as it should, a vfio-user server's socket",
        "EIO,          FAILED,        the server refuses it, The server's own messages",
    })
    void aServerThatGivesNoAnswerIsExplainedAsOneAndNotAsAKernelsDevice(
            String symbol, Cause cause, String because, String remedy) throws ReflectiveOperationException {
        HostDevice device = new HostDevice(
                "/run/gpu.sock", DeviceKind.VFIO_USER, null, null, null, null, true, null, null, Usage.UNKNOWN);

        Answer.Unknown answer =
                explain(device, Step.OPEN, Errno.class.getField(symbol).getInt(null));

        assertThat(answer.cause()).isEqualTo(cause);
        assertThat(answer.because()).contains(because);
        assertThat(answer.remedy()).contains(remedy);
        assertThat(answer.evidence()).isEqualTo("call subject: " + symbol);
    }

    @Test
    void aGroupThatIsNotViableNamesTheDevicesThatMakeItSo() {
        Answer.Unknown answer =
                explain(Devices.PCI, Step.VIABLE, Errno.EPERM, "0000:01:00.1 (snd_hda_intel)", "0000:01:00.2 (xhci)");

        assertThat(answer.because()).endsWith("namely 0000:01:00.1 (snd_hda_intel), 0000:01:00.2 (xhci)");
    }

    @Test
    void aDeviceInUseNamesItsUsersWhereTheyCanBeSeen() {
        Answer.Unknown seen =
                unknown(OpenRefusals.inUse("open", Devices.mdev("mtty", Devices.heldBy(4711, "qemu-system-x86"))));
        Answer.Unknown unseen = unknown(OpenRefusals.inUse("open", Devices.mdev("mtty", Usage.inUse(List.of()))));

        assertThat(seen.cause()).isEqualTo(Cause.IN_USE);
        assertThat(seen.because()).contains("in use by qemu-system-x86 (pid 4711)");
        assertThat(seen.evidence()).isEqualTo("held open by qemu-system-x86 (pid 4711); not touched");
        assertThat(unseen.because()).startsWith("the device is in use, and");
        assertThat(unseen.evidence()).isEqualTo("held open by another process; not touched");
    }

    @Test
    void aDeviceWithoutAGroupNeedsAnIommu() {
        Answer.Unknown answer = unknown(OpenRefusals.noGroup("open", Devices.PCI));

        assertThat(answer.cause()).isEqualTo(Cause.NO_IOMMU);
        assertThat(answer.remedy()).contains("intel_iommu=on");
    }

    @Test
    void aFunctionOfAnotherDriverIsToldHowToBind() {
        Answer.Unknown answer = unknown(OpenRefusals.notBound("open", Devices.pci("e1000e", false)));

        assertThat(answer.cause()).isEqualTo(Cause.NOT_BOUND);
        assertThat(answer.because()).contains("bound to e1000e");
        assertThat(answer.remedy())
                .contains("virsh nodedev-detach pci_0000_01_00_0")
                .contains("driverctl set-override 0000:01:00.0 vfio-pci");
    }

    @Test
    void aDeviceOfAnotherBusIsToldToBindToThatBusesDriver() {
        HostDevice platform = new HostDevice(
                "fff51000.ethernet", DeviceKind.PLATFORM, null, null, null, null, false, 1, null, Usage.FREE);
        HostDevice mdev =
                new HostDevice("uuid", DeviceKind.MDEV, "gpu", "gpu-1", null, null, false, 1, null, Usage.FREE);

        assertThat(unknown(OpenRefusals.notBound("open", platform)).because()).contains("bound to no driver");
        assertThat(unknown(OpenRefusals.notBound("open", platform)).remedy()).contains("vfio-platform");
        assertThat(unknown(OpenRefusals.notBound("open", mdev)).remedy()).contains("vfio_mdev");
    }

    @Test
    void aPhysicalDeviceIsLeftAloneAndItsUserToldHowToAllowIt() {
        HostDevice platform = new HostDevice(
                "fff51000.ethernet", DeviceKind.PLATFORM, null, null, null, null, true, 1, null, Usage.FREE);

        Answer.Unknown pci = unknown(OpenRefusals.intrusive("open", Devices.PCI));

        assertThat(pci.cause()).isEqualTo(Cause.INTRUSIVE);
        assertThat(pci.evidence()).isEqualTo("not opened");
        assertThat(pci.because()).contains("opening a PCI function resets it");
        assertThat(pci.remedy()).contains("vfio probe --open 0000:01:00.0");
        assertThat(unknown(OpenRefusals.intrusive("open", platform)).because()).contains("a platform device");
    }

    @Test
    void aDeviceThatGoesWhileItIsAskedIsGone() {
        Answer.Unknown answer =
                unknown(OpenRefusals.failedQuery("open", "GET_REGION_INFO", new VfioException(Errno.ENODEV, "x")));

        assertThat(answer.cause()).isEqualTo(Cause.GONE);
        assertThat(answer.evidence()).isEqualTo("GET_REGION_INFO: ENODEV");
    }

    @Test
    void anErrorThatIsNeitherYesNorNoIsSaidToBeThat() {
        Answer.Unknown answer =
                unknown(OpenRefusals.failedQuery("open", "GET_REGION_INFO", new VfioException(Errno.EIO, "broken")));

        assertThat(answer.cause()).isEqualTo(Cause.FAILED);
        assertThat(answer.because()).contains("broken").contains("EIO");
    }
}
