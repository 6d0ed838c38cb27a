/* SPDX-License-Identifier: Apache-2.0 */
/** A sysfs in memory: directories, attributes and symbolic links, for whoever mounts or walks it. */
@NullMarked
package org.vfio4j.vfio.tree;

import org.jspecify.annotations.NullMarked;
