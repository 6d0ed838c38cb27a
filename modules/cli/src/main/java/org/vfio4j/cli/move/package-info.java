/* SPDX-License-Identifier: Apache-2.0 */
/** Devices and machines moved, and states kept in files. */
@NullMarked
package org.vfio4j.cli.move;

import org.jspecify.annotations.NullMarked;
