/* SPDX-License-Identifier: Apache-2.0 */
/** What is known of many hosts, where it is kept, and who has claimed what of it. */
@NullMarked
package org.vfio4j.fleet.inventory;

import org.jspecify.annotations.NullMarked;
