/* SPDX-License-Identifier: Apache-2.0 */
/** The Linux side: libc through {@code java.lang.foreign}, the kernel's VFIO and iommufd ABI, and sysfs. */
module org.vfio4j.linux {
    requires static transitive org.jspecify;

    exports org.vfio4j.linux;
    exports org.vfio4j.linux.sysfs;
    exports org.vfio4j.linux.uapi;
}
