/* SPDX-License-Identifier: Apache-2.0 */
/** A device's monitor, for all who show it or set it. */
@NullMarked
package org.vfio4j.management.display;

import org.jspecify.annotations.NullMarked;
