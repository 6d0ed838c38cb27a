/* SPDX-License-Identifier: Apache-2.0 */
/** What a machine needs, what can move, and why not. */
@NullMarked
package org.vfio4j.cli.plan;

import org.jspecify.annotations.NullMarked;
