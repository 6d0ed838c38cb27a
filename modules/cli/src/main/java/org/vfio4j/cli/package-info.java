/* SPDX-License-Identifier: Apache-2.0 */
/** The {@code vfio} command: one class a subcommand, their common options, tables and documents. */
@NullMarked
package org.vfio4j.cli;

import org.jspecify.annotations.NullMarked;
