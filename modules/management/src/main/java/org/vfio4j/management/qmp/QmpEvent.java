/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.qmp;

import org.vfio4j.management.json.Cursor;

/**
 * Something happened in QEMU.
 *
 * @param name such as {@code DEVICE_DELETED}
 * @param data what belongs to it; absent where nothing does
 */
public record QmpEvent(String name, Cursor data) implements QmpMessage {}
