/* SPDX-License-Identifier: Apache-2.0 */
/** The Linux kernel's VFIO devices, opened through a group and a container or through their own node and iommufd. */
@NullMarked
package org.vfio4j.vfio.kernel;

import org.jspecify.annotations.NullMarked;
