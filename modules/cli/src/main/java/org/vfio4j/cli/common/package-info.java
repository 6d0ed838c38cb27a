/* SPDX-License-Identifier: Apache-2.0 */
/** What all commands stand on: the terminal, tables, options, exit codes. */
@NullMarked
package org.vfio4j.cli.common;

import org.jspecify.annotations.NullMarked;
