/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;

/** A request that is wrong: where in it, and what is wrong there. */
public final class HttpException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    /** EINVAL: the request breaks its form. */
    public HttpException(String where, String reason) {
        this(Errno.EINVAL, where + ": " + reason);
    }

    public HttpException(int errno, String what) {
        super(errno, what);
    }
}
