/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import org.vfio4j.linux.ErrnoException;

/** A picture that cannot be seen: ENODEV for a device without a display, EPROTO for a plane that makes no sense, else what mapping it gave. */
public final class DisplayException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    public DisplayException(int errno, String reason) {
        super(errno, reason);
        this.reason = reason;
    }

    /** Why, in words. */
    public String reason() {
        return reason;
    }
}
