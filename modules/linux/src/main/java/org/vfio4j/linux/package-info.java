/* SPDX-License-Identifier: Apache-2.0 */
/** libc by FFM, one class per concern; every file descriptor has one owner, {@link org.vfio4j.linux.Fd}. */
@NullMarked
package org.vfio4j.linux;

import org.jspecify.annotations.NullMarked;
