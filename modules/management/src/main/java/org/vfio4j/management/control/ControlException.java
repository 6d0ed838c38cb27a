/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;

/** A message on the control socket that is wrong, of a client or of a server: where in it, and what is wrong there. */
public final class ControlException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    /** EPROTO: the message breaks its form. */
    public ControlException(String where, String reason) {
        this(Errno.EPROTO, where + ": " + reason);
    }

    public ControlException(int errno, String what) {
        super(errno, what);
    }

    /** EMSGSIZE: a message is longer than any may be. */
    static ControlException tooLong(String what) {
        return new ControlException(Errno.EMSGSIZE, what);
    }
}
