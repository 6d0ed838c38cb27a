/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

/**
 * The {@code vfio-dev/vfioN} directory of a device that is bound to VFIO.
 *
 * @param name such as {@code vfio3}
 * @param cdev whether its {@code dev} attribute is there: since Linux 6.1 the directory exists with and without the character device
 *     (CONFIG_VFIO_DEVICE_CDEV), so only this attribute tells
 */
public record VfioDev(String name, boolean cdev) {
    /** Where the character device is, if {@link #cdev}. */
    public String path() {
        return VfioNodes.DEVICES + "/" + name;
    }
}
