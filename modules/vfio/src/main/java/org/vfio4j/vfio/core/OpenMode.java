/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

/** What a user wants of a device. */
public enum OpenMode {
    /** Everything. */
    READ_WRITE,
    /** Queries and reads: whatever would change the device is EACCES. */
    READ_ONLY
}
