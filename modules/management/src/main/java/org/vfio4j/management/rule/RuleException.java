/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.rule;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;

/** A rule book that cannot be used: where in it, and what is wrong there. */
public final class RuleException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    public RuleException(String where, String reason) {
        super(Errno.EPROTO, where + ": " + reason);
    }
}
