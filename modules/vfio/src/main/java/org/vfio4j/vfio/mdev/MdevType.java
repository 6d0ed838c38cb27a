/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

import java.util.Optional;

/**
 * A type of mediated device that a vendor driver offers.
 *
 * @param id the name of its directory under {@code mdev_supported_types}, such as {@code mtty-1}
 * @param name the content of its {@code name} attribute
 * @param description the content of its {@code description} attribute; there is none where this is empty
 * @param deviceApi the content of its {@code device_api} attribute
 */
public record MdevType(String id, String name, Optional<String> description, String deviceApi) {
    /** The device API of every type whose devices are PCI ones. */
    public static final String VFIO_PCI = "vfio-pci";
}
