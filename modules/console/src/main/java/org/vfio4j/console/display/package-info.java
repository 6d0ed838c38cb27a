/* SPDX-License-Identifier: Apache-2.0 */
/** What devices show, for as many viewers as look at them. */
@NullMarked
package org.vfio4j.console.display;

import org.jspecify.annotations.NullMarked;
