/* SPDX-License-Identifier: Apache-2.0 */
/** What a guest says of itself: QEMU's guest agent, asked for the drivers of its devices. All of it is the guest's word, and a guest may lie. */
@NullMarked
package org.vfio4j.management.guest;

import org.jspecify.annotations.NullMarked;
