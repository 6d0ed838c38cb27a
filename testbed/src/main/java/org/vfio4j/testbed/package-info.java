/* SPDX-License-Identifier: Apache-2.0 */
/** The contract suite that every implementer of {@link org.vfio4j.vfio.VfioDevice} meets. Never shipped. */
@NullMarked
package org.vfio4j.testbed;

import org.jspecify.annotations.NullMarked;
