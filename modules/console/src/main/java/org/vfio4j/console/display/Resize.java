/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.display;

/** What became of a wish for another size. */
public enum Resize {
    /** The device has a monitor of that size now; its guest follows if it likes to. */
    ASKED,
    /** The device has no EDID: its size is its type's. */
    FIXED,
    /** No monitor, or not this device, has such a size. */
    TOO_LARGE,
    /** The device cannot be reached now. */
    FAILED
}
