/* SPDX-License-Identifier: Apache-2.0 */
/** A device's saved state in a file. */
@NullMarked
package org.vfio4j.management.state;

import org.jspecify.annotations.NullMarked;
