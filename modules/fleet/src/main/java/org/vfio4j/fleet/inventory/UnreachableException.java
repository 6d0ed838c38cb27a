/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import org.vfio4j.linux.ErrnoException;

/** An inventory that did not answer: whether what was wanted was done is not known. */
public final class UnreachableException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    public UnreachableException(int errno, String message) {
        this(errno, message, "");
    }

    /** @param remedy what the user can do, in a sentence */
    public UnreachableException(int errno, String message, String remedy) {
        super(errno, message);
        this.remedy = remedy;
    }

    @Override
    public String remedy() {
        return remedy;
    }
}
