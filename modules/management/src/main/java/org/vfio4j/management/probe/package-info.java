/* SPDX-License-Identifier: Apache-2.0 */
/** What the devices can do: every way of asking, and answers with their evidence. */
@NullMarked
package org.vfio4j.management.probe;

import org.jspecify.annotations.NullMarked;
