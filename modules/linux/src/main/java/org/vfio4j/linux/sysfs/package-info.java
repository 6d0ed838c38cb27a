/* SPDX-License-Identifier: Apache-2.0 */
/** What {@code /sys}, {@code /dev} and {@code /proc} say of VFIO, read through one {@link org.vfio4j.linux.sysfs.Root}. */
@NullMarked
package org.vfio4j.linux.sysfs;

import org.jspecify.annotations.NullMarked;
