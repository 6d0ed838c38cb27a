/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

/** A machine whose kernel has nothing of VFIO: every command that would show its devices says so, and what to do. */
final class BareHost {
    private BareHost() {}

    static void refuse(Source source) {
        if (source instanceof LiveSource live && live.isBareKernel()) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "this machine has no VFIO: neither /dev/vfio nor a VFIO device in /sys",
                    "On a host with devices to pass on: modprobe vfio_pci (or the vendor's driver of mediated devices) as root."
                            + " Without one: vfio demo, or --host demo.");
        }
    }
}
