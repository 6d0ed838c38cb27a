/* SPDX-License-Identifier: Apache-2.0 */
/** Mediated devices that are to exist again: written down as mdevctl does, and a host that follows them. */
@NullMarked
package org.vfio4j.management.definition;

import org.jspecify.annotations.NullMarked;
