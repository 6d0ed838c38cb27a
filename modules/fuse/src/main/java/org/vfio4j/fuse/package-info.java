/* SPDX-License-Identifier: Apache-2.0 */
/** A tree of {@link org.vfio4j.vfio.tree.Node}s as a mounted sysfs, and as the {@code /sys} of a command. */
@NullMarked
package org.vfio4j.fuse;

import org.jspecify.annotations.NullMarked;
