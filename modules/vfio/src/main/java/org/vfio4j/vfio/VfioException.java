/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;

/** A request that a device, ours or a peer's, refuses: the error number its user gets, and the reason in words. */
public final class VfioException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    public VfioException(int errno, String reason) {
        super(errno, reason + ": " + Errno.name(errno) + " (" + Errno.text(errno) + ")");
        this.reason = reason;
    }

    /** What was wrong with the request, without the error number. */
    public String reason() {
        return reason;
    }
}
