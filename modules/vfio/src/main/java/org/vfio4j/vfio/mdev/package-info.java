/* SPDX-License-Identifier: Apache-2.0 */
/** Mediated devices: what a vendor driver is to the mdev core. */
@NullMarked
package org.vfio4j.vfio.mdev;

import org.jspecify.annotations.NullMarked;
