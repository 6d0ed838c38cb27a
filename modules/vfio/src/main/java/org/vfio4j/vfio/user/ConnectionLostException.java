/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;

/** The peer is gone, does not answer or no longer makes sense: nothing more can be said to it. */
public final class ConnectionLostException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    ConnectionLostException(String subject, String reason) {
        super(Errno.ENOTCONN, subject + ": " + reason);
    }
}
