/* SPDX-License-Identifier: Apache-2.0 */
/** What the error texts of QEMU, libvirt, mdevctl and the kernel mean, and what to do about them. */
@NullMarked
package org.vfio4j.management.explain;

import org.jspecify.annotations.NullMarked;
