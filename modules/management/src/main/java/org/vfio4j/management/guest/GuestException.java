/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.guest;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;

/** A guest agent that cannot be reached, or an answer of one that is wrong. */
public final class GuestException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    /** EPROTO: an answer breaks its form. */
    public GuestException(String where, String reason) {
        this(Errno.EPROTO, where + ": " + reason);
    }

    GuestException(int errno, String what) {
        super(errno, what);
    }
}
