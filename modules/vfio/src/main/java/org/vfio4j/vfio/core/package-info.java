/* SPDX-License-Identifier: Apache-2.0 */
/** The VFIO core in a process: containers, groups, devices and their features, the same for every bus driver. */
@NullMarked
package org.vfio4j.vfio.core;

import org.jspecify.annotations.NullMarked;
