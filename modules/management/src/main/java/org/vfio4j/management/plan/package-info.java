/* SPDX-License-Identifier: Apache-2.0 */
/**
 * From what a device can do to the configuration that works: pure functions of probes, of the virtual machine's facts and of wishes. What is
 * planned starts; what cannot start is refused by a rule that says why.
 */
@NullMarked
package org.vfio4j.management.plan;

import org.jspecify.annotations.NullMarked;
