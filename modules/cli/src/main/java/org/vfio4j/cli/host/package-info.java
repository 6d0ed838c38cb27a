/* SPDX-License-Identifier: Apache-2.0 */
/** The user-space host: served, and told what to do. */
@NullMarked
package org.vfio4j.cli.host;

import org.jspecify.annotations.NullMarked;
