/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import org.vfio4j.linux.ErrnoException;

/** A change that a host refuses: what was wanted and why it cannot be, and what to do instead. */
public final class RefusedException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param what a sentence without its full stop
     * @param remedy sentences; empty where nothing can be done
     */
    public RefusedException(int errno, String what, String remedy) {
        super(errno, what);
        this.remedy = remedy;
    }

    @Override
    public String remedy() {
        return remedy;
    }
}
