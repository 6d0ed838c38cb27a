/* SPDX-License-Identifier: Apache-2.0 */
/** The kernel's user ABI of {@code linux/vfio.h} and {@code linux/iommufd.h}, in the kernel's own spelling. */
@NullMarked
package org.vfio4j.linux.uapi;

import org.jspecify.annotations.NullMarked;
