/* SPDX-License-Identifier: Apache-2.0 */
/** The {@link org.vfio4j.vfio.VfioDevice} contract and what implements and serves it. */
module org.vfio4j.vfio {
    requires transitive org.vfio4j.linux;
    requires static transitive org.jspecify;

    exports org.vfio4j.vfio;
    exports org.vfio4j.vfio.bus;
    exports org.vfio4j.vfio.core;
    exports org.vfio4j.vfio.display;
    exports org.vfio4j.vfio.dma;
    exports org.vfio4j.vfio.kernel;
    exports org.vfio4j.vfio.mdev;
    exports org.vfio4j.vfio.migration;
    exports org.vfio4j.vfio.pci;
    exports org.vfio4j.vfio.tree;
    exports org.vfio4j.vfio.user;

    uses org.vfio4j.vfio.bus.Hardware;
    uses org.vfio4j.vfio.mdev.MdevDriver;
    uses org.vfio4j.vfio.mdev.RequestedDriver;
}
