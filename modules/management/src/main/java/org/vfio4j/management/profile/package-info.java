/* SPDX-License-Identifier: Apache-2.0 */
/** Hosts described as data: parents and types as vendors' drivers present them, with stand-ins for their devices. */
@NullMarked
package org.vfio4j.management.profile;

import org.jspecify.annotations.NullMarked;
