/* SPDX-License-Identifier: Apache-2.0 */
/** The contract: a VFIO device as its user sees it, whoever implements it. */
@NullMarked
package org.vfio4j.vfio;

import org.jspecify.annotations.NullMarked;
