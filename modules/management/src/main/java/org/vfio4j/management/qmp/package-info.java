/* SPDX-License-Identifier: Apache-2.0 */
/** QEMU's machine protocol, as a client: lines of JSON, bounded and checked; see QEMU's docs/interop/qmp-spec. */
@NullMarked
package org.vfio4j.management.qmp;

import org.jspecify.annotations.NullMarked;
