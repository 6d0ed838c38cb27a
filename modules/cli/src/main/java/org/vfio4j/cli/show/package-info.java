/* SPDX-License-Identifier: Apache-2.0 */
/** What devices show. */
@NullMarked
package org.vfio4j.cli.show;

import org.jspecify.annotations.NullMarked;
