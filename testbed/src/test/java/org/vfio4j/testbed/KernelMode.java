/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

/** Sets a mode of the kernel's mbochs, which keeps it when it is closed. Runs inside the VM: device, width, height. */
final class KernelMode {
    private static final int DISPI = 0x500;

    private KernelMode() {}

    public static void main(String[] arguments) {
        Sample sample = Sample.ALL.stream()
                .filter(s -> s.uuid().equals(arguments[0]))
                .findFirst()
                .orElseThrow();
        int width = Integer.parseInt(arguments[1]);
        int height = Integer.parseInt(arguments[2]);
        try (VfioDevice device = Side.KERNEL_GROUP.open(sample)) {
            Access.write16(device, RegionInfo.PCI_BAR2, DISPI + 2, width);
            Access.write16(device, RegionInfo.PCI_BAR2, DISPI + 4, height);
            Access.write16(device, RegionInfo.PCI_BAR2, DISPI + 6, 32);
            Access.write16(device, RegionInfo.PCI_BAR2, DISPI + 12, width);
            Access.write16(device, RegionInfo.PCI_BAR2, DISPI + 8, 0x41);
        }
    }
}
