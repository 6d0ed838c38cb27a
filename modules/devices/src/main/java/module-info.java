/* SPDX-License-Identifier: Apache-2.0 */
/** The sample vendor drivers: mdpy, mbochs and mtty, as in the kernel's {@code samples/vfio-mdev}, written in Java. */
module org.vfio4j.devices {
    requires transitive org.vfio4j.vfio;
    requires static transitive org.jspecify;

    exports org.vfio4j.devices;

    provides org.vfio4j.vfio.mdev.MdevDriver with
            org.vfio4j.devices.MdpyDriver,
            org.vfio4j.devices.MbochsDriver,
            org.vfio4j.devices.MttyDriver;
}
