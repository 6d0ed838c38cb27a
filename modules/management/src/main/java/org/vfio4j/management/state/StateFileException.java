/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.state;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;

/** A file that is not a saved state, or not all of it. */
public final class StateFileException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    StateFileException(String reason) {
        super(Errno.EINVAL, reason);
    }

    StateFileException(String where, String reason) {
        this(where + ": " + reason);
    }
}
