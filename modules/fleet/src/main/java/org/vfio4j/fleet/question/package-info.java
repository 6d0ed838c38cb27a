/* SPDX-License-Identifier: Apache-2.0 */
/** What operators and schedulers ask of many hosts: pure functions over a {@link org.vfio4j.fleet.inventory.Fleet}, by preflight's own rules. */
@NullMarked
package org.vfio4j.fleet.question;

import org.jspecify.annotations.NullMarked;
