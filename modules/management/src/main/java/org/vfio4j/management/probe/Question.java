/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

/** What a management layer wants to know of a device before a virtual machine opens it. */
public enum Question {
    /** Its display is a plane in a region of the device, which needs no GL. */
    DISPLAY_REGION("display-region"),
    /** Its display is handed out as dma-bufs, which needs a console with GL. */
    DISPLAY_DMABUF("display-dmabuf"),
    /** Its display takes an EDID, so that its size can be set. */
    EDID("edid"),
    /** Its state can be saved and restored (migration v2). */
    MIGRATION("migration"),
    /** It can tell which guest memory it wrote. */
    DIRTY_TRACKING("dirty-tracking");

    private final String word;

    Question(String word) {
        this.word = word;
    }

    /** How JSON spells it. */
    public String word() {
        return word;
    }
}
