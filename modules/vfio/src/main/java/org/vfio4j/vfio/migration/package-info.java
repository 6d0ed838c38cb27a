/* SPDX-License-Identifier: Apache-2.0 */
/** The device's side of migration: the states and the arcs between them, the streams of a saved state, VFIO_DEVICE_FEATURE. */
@NullMarked
package org.vfio4j.vfio.migration;

import org.jspecify.annotations.NullMarked;
