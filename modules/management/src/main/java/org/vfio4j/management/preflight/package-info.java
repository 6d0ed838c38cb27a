/* SPDX-License-Identifier: Apache-2.0 */
/** Whether a virtual machine's devices can move to another host, told before anything moves: a pure function of two snapshots. */
@NullMarked
package org.vfio4j.management.preflight;

import org.jspecify.annotations.NullMarked;
