/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.qmp;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;

/** A message of QEMU's that breaks its form: where in it, and what is wrong there. */
public final class QmpException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    /** EPROTO. */
    QmpException(String where, String reason) {
        super(Errno.EPROTO, where + ": " + reason);
    }
}
