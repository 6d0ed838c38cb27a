/* SPDX-License-Identifier: Apache-2.0 */
/** A host as JSON, for asking again where the host is not. */
@NullMarked
package org.vfio4j.management.snapshot;

import org.jspecify.annotations.NullMarked;
