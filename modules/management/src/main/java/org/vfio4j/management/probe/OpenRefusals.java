/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import static java.util.stream.Collectors.joining;
import static org.vfio4j.linux.Errno.EACCES;
import static org.vfio4j.linux.Errno.EBUSY;
import static org.vfio4j.linux.Errno.ECONNREFUSED;
import static org.vfio4j.linux.Errno.EINVAL;
import static org.vfio4j.linux.Errno.EIO;
import static org.vfio4j.linux.Errno.ENODEV;
import static org.vfio4j.linux.Errno.ENOENT;
import static org.vfio4j.linux.Errno.ENOTCONN;
import static org.vfio4j.linux.Errno.EPERM;
import static org.vfio4j.linux.Errno.ESRCH;

import java.util.List;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Usage;
import org.vfio4j.vfio.OpenException;

/** Why a device could not be opened or asked, in words, with what would settle it. */
final class OpenRefusals {
    private static final String WHEN_FREE =
            "Ask again when its user has closed it, or read an earlier snapshot (vfio probe --host FILE).";

    private OpenRefusals() {}

    /** Somebody is seen to hold it: nothing was touched. */
    static Answer inUse(String way, HostDevice device) {
        String holders =
                device.usage().holders().stream().map(Usage.Holder::toString).collect(joining(", "));
        return new Answer.Unknown(
                way,
                "held open by " + (holders.isEmpty() ? "another process" : holders) + "; not touched",
                Cause.IN_USE,
                "the device is in use" + (holders.isEmpty() ? "" : " by " + holders)
                        + ", and a VFIO device has one user at a time",
                WHEN_FREE);
    }

    /** A VFIO driver has it, but it can be reached neither by a group nor by a cdev. */
    static Answer noGroup(String way, HostDevice device) {
        return new Answer.Unknown(
                way,
                device.name() + " has no iommu_group",
                Cause.NO_IOMMU,
                "this host put the device in no IOMMU group",
                "Switch the IOMMU on (firmware setup, then intel_iommu=on or amd_iommu=on on the kernel command line).");
    }

    /** A driver outside VFIO has it, or none. */
    static Answer notBound(String way, HostDevice device) {
        String driver = device.driver().map(d -> "bound to " + d).orElse("bound to no driver");
        return new Answer.Unknown(
                way,
                device.name() + " is " + driver,
                Cause.NOT_BOUND,
                "the device is " + driver + ", so VFIO does not have it",
                switch (device.kind()) {
                    case PCI ->
                        "Bind it to vfio-pci, which takes it from its present driver: virsh nodedev-detach pci_"
                                + device.name().replace(':', '_').replace('.', '_') + ", or driverctl set-override "
                                + device.name() + " vfio-pci.";
                    case PLATFORM -> "Bind it to vfio-platform, which takes it from its present driver.";
                    case VFIO_USER -> "Start its server.";
                    case MDEV ->
                        "Load the driver that mediated devices bind to: the vendor's, before Linux 5.16 vfio_mdev.";
                });
    }

    /** Opening it would reset it. */
    static Answer intrusive(String way, HostDevice device) {
        String what = device.kind() == DeviceKind.PCI ? "a PCI function" : "a platform device";
        return new Answer.Unknown(
                way,
                "not opened",
                Cause.INTRUSIVE,
                "only opening it would tell, and opening " + what + " resets it",
                "If nothing depends on its present state: vfio probe --open " + device.name());
    }

    /**
     * What the step and the error number of a failed open mean.
     *
     * @param foreign the devices that keep the group from being viable, as far as they are known
     */
    static Answer explain(String way, HostDevice device, OpenException e, List<String> foreign) {
        if (device.kind() == DeviceKind.VFIO_USER) {
            return noAnswer(way, e.evidence(), e);
        }
        return switch (e.step()) {
            case NODE ->
                unknown(
                        way,
                        e,
                        Cause.NO_NODE,
                        "there is nothing to open: " + e.evidence(),
                        "Load the modules (modprobe vfio_iommu_type1 vfio_pci), and see that /dev/vfio is visible here (in a"
                                + " container it must be passed in).");
            case OPEN -> explainOpen(way, e);
            case VIABLE ->
                unknown(
                        way,
                        e,
                        Cause.GROUP_NOT_VIABLE,
                        "its IOMMU group is not viable: another device of the group is bound to a driver outside VFIO"
                                + (foreign.isEmpty() ? "" : ", namely " + String.join(", ", foreign)),
                        "Bind every device of the group to vfio-pci, or to no driver.");
            case IOMMU -> explainIommu(way, e);
            case DEVICE -> explainDevice(way, device, e);
        };
    }

    /** A vfio-user server that could not be asked, or refused. */
    static Answer noAnswer(String way, String call, ErrnoException e) {
        String evidence = call + ": " + e.errnoName();
        return switch (e.errno()) {
            case EBUSY ->
                new Answer.Unknown(
                        way,
                        evidence,
                        Cause.IN_USE,
                        "another client has the device, and a vfio-user device has one at a time",
                        WHEN_FREE);
            case ECONNREFUSED, ENOENT ->
                new Answer.Unknown(
                        way,
                        evidence,
                        Cause.GONE,
                        "nobody listens on its socket: the server has ended, or has not begun",
                        "Start its server (vfio serve, vfio serve-device).");
            case EACCES, EPERM ->
                new Answer.Unknown(
                        way,
                        evidence,
                        Cause.NO_PERMISSION,
                        "this user may not connect to its socket",
                        "Run as the user whose server it is, or as root.");
            case ENOTCONN ->
                new Answer.Unknown(
                        way,
                        evidence,
                        Cause.FAILED,
                        "who listens there does not speak vfio-user as it should, or has broken off",
                        "See that it is a vfio-user server's socket, and what that server says.");
            default ->
                new Answer.Unknown(
                        way,
                        evidence,
                        Cause.FAILED,
                        "the server refuses it: " + e.getMessage(),
                        "The server's own messages may say more.");
        };
    }

    /** A query on an open device that failed with an error that is neither yes nor no. */
    static Answer failedQuery(String way, String call, ErrnoException e) {
        String evidence = call + ": " + e.errnoName();
        if (e.errno() == ENODEV) {
            return new Answer.Unknown(
                    way,
                    evidence,
                    Cause.GONE,
                    "the device went away while it was asked",
                    "See vfio list for what there is now.");
        }
        return new Answer.Unknown(
                way,
                evidence,
                Cause.FAILED,
                "the driver answered neither yes nor no but an error: " + e.getMessage(),
                "The kernel's log (dmesg) may say more; a newer driver may answer.");
    }

    private static Answer explainOpen(String way, OpenException e) {
        return switch (e.errno()) {
            case EBUSY ->
                unknown(
                        way,
                        e,
                        Cause.IN_USE,
                        "its group is in use by another process, and a group is opened by one at a time",
                        WHEN_FREE);
            case EACCES, EPERM ->
                unknown(
                        way,
                        e,
                        Cause.NO_PERMISSION,
                        "this user may not open it",
                        "Run as root, or give the user access to the node under /dev/vfio (chown, or a udev rule).");
            case ENOENT, ENODEV ->
                unknown(
                        way,
                        e,
                        Cause.GONE,
                        "its node is not there: the device went away, or /dev/vfio is not passed into this container",
                        "See vfio list for what there is now.");
            default -> failed(way, e);
        };
    }

    private static Answer explainIommu(String way, OpenException e) {
        return switch (e.errno()) {
            case EPERM ->
                unknown(
                        way,
                        e,
                        Cause.NO_IOMMU,
                        "the IOMMU of this host cannot keep the device's interrupts apart (no interrupt remapping)",
                        "Switch interrupt remapping on in the firmware, or accept the risk with"
                                + " vfio_iommu_type1.allow_unsafe_interrupts=1.");
            case EACCES ->
                unknown(
                        way,
                        e,
                        Cause.NO_PERMISSION,
                        "this user may not use the container",
                        "Run as root, or give the user access to /dev/vfio/vfio or /dev/iommu.");
            default ->
                unknown(
                        way,
                        e,
                        Cause.NO_IOMMU,
                        "no IOMMU driver of this host takes its group",
                        "Load vfio_iommu_type1 and switch the IOMMU on in firmware and kernel command line.");
        };
    }

    private static Answer explainDevice(String way, HostDevice device, OpenException e) {
        if (wantsVirtualMachine(device.driver().orElse(""), e.errno())) {
            return unknown(
                    way,
                    e,
                    Cause.NEEDS_VM,
                    "this vendor driver opens only for a running virtual machine",
                    "Ask the vendor for a driver that can be opened and asked without one; until then leave the display off and"
                            + " do not count on migration.");
        }
        return switch (e.errno()) {
            case EBUSY -> unknown(way, e, Cause.IN_USE, "the device is in use by another process", WHEN_FREE);
            case ENODEV ->
                unknown(
                        way,
                        e,
                        Cause.GONE,
                        "the device went away while it was opened",
                        "See vfio list for what there is now.");
            default -> failed(way, e);
        };
    }

    /**
     * i915 answers ESRCH without a KVM, vfio_ap EINVAL, and NVIDIA's one of several while its manager has no virtual machine; so does the sample
     * needs-manager, which stands for it.
     */
    private static boolean wantsVirtualMachine(String driver, int errno) {
        boolean hasManager = driver.startsWith("nvidia") || driver.equals("needs-manager");
        boolean managerMissing = hasManager && (errno == EINVAL || errno == EIO || errno == ENODEV);
        return errno == ESRCH || managerMissing || (driver.equals("vfio_ap_mdev") && errno == EINVAL);
    }

    private static Answer failed(String way, OpenException e) {
        return unknown(
                way,
                e,
                Cause.FAILED,
                "it could not be opened, for a reason this tool does not know",
                "The kernel's log (dmesg) may say more.");
    }

    private static Answer unknown(String way, OpenException e, Cause cause, String because, String remedy) {
        return new Answer.Unknown(way, e.evidence() + ": " + e.errnoName(), cause, because, remedy);
    }
}
