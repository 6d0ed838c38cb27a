/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The sample vendor drivers: mdpy, mbochs and mtty, as in the kernel's {@code samples/vfio-mdev}, written in Java; a PCI function and a
 * platform device; and, on request, drivers that open only for a virtual machine.
 */
module org.vfio4j.devices {
    requires transitive org.vfio4j.vfio;
    requires static transitive org.jspecify;

    exports org.vfio4j.devices;

    provides org.vfio4j.vfio.bus.Hardware with
            org.vfio4j.devices.Edu,
            org.vfio4j.devices.MmioUart;
    provides org.vfio4j.vfio.mdev.MdevDriver with
            org.vfio4j.devices.MdpyDriver,
            org.vfio4j.devices.MbochsDriver,
            org.vfio4j.devices.MttyDriver;
    provides org.vfio4j.vfio.mdev.RequestedDriver with
            org.vfio4j.devices.NeedsKvmDriver,
            org.vfio4j.devices.NeedsKvmMendedDriver,
            org.vfio4j.devices.NeedsManagerDriver,
            org.vfio4j.devices.NeedsManagerMendedDriver;
}
