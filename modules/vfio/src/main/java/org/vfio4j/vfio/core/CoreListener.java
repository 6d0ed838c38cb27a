/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

/** Hears of devices that come and go, in their order for each device, on the thread that makes or removes it. */
public interface CoreListener {
    /** The device can be found and opened. */
    void added(CoreDevice device);

    /** The device is gone. */
    void removed(CoreDevice device);
}
