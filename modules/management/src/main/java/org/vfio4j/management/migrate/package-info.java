/* SPDX-License-Identifier: Apache-2.0 */
/** Moves mediated devices from one user-space host to another: see docs/migration.md. */
@NullMarked
package org.vfio4j.management.migrate;

import org.jspecify.annotations.NullMarked;
