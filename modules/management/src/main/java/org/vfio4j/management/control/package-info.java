/* SPDX-License-Identifier: Apache-2.0 */
/** The control socket of a running host, shaped like QEMU's QMP: lines of JSON, for its own user and root only. */
@NullMarked
package org.vfio4j.management.control;

import org.jspecify.annotations.NullMarked;
