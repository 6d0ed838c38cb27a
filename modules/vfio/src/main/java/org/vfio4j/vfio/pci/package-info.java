/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a PCI device is made of, so that a device is one class: registers as data, the configuration space, regions, interrupts, and {@link
 * org.vfio4j.vfio.pci.PciDevice}, which puts them behind the contract.
 */
@NullMarked
package org.vfio4j.vfio.pci;

import org.jspecify.annotations.NullMarked;
