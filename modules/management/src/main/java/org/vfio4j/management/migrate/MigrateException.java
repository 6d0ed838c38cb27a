/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.io.IOException;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;

/** A connection between two hosts that broke, or on which something came that may not: what, and where. */
public final class MigrateException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    /** EPROTO: a message or a journal's file breaks its form. */
    public MigrateException(String where, String reason) {
        this(Errno.EPROTO, where + ": " + reason);
    }

    public MigrateException(int errno, String what) {
        super(errno, what);
    }

    /** ECONNRESET: the connection is lost. */
    static MigrateException lost(IOException e) {
        MigrateException lost =
                new MigrateException(Errno.ECONNRESET, "the connection to the other host is lost: " + e.getMessage());
        lost.initCause(e);
        return lost;
    }
}
