/* SPDX-License-Identifier: Apache-2.0 */
/** What a host has, and what it can do. */
@NullMarked
package org.vfio4j.cli.ask;

import org.jspecify.annotations.NullMarked;
