/* SPDX-License-Identifier: Apache-2.0 */
/** Keeps what an inventory says of a host true. */
@NullMarked
package org.vfio4j.fleet.agent;

import org.jspecify.annotations.NullMarked;
