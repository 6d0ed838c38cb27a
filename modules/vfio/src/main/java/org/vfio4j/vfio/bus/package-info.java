/* SPDX-License-Identifier: Apache-2.0 */
/** The bus drivers vfio-pci and vfio-platform: devices of the machine's own, in user space. */
@NullMarked
package org.vfio4j.vfio.bus;

import org.jspecify.annotations.NullMarked;
