/* SPDX-License-Identifier: Apache-2.0 */
/** The {@code vfio} command: where it starts, its help, its completion and its manual pages. */
@NullMarked
package org.vfio4j.cli;

import org.jspecify.annotations.NullMarked;
