/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;

/** A snapshot that cannot be read: where in it, and what is wrong there. */
public final class SnapshotException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    public SnapshotException(String where, String reason) {
        super(Errno.EPROTO, where + ": " + reason);
    }
}
