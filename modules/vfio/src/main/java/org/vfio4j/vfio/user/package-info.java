/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The vfio-user protocol: any {@link org.vfio4j.vfio.VfioDevice} on a UNIX socket, and the device behind a socket as one. The specification
 * is docs/interop/vfio-user.rst of QEMU; what QEMU really does is in docs/vfio-user.md.
 */
@NullMarked
package org.vfio4j.vfio.user;

import org.jspecify.annotations.NullMarked;
