/* SPDX-License-Identifier: Apache-2.0 */
/** A consumer of the contract, as QEMU's display is: what a device shows, what of it changed, and the size it is asked for. */
@NullMarked
package org.vfio4j.vfio.display;

import org.jspecify.annotations.NullMarked;
