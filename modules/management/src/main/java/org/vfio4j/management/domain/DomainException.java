/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.domain;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;

/** A domain XML that cannot be used: where in it, and what is wrong there. */
public final class DomainException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    public DomainException(String where, String reason) {
        super(Errno.EPROTO, where + ": " + reason);
    }
}
