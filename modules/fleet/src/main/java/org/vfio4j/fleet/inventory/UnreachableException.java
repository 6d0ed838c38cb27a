/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import org.vfio4j.linux.ErrnoException;

/** An inventory that did not answer: whether what was wanted was done is not known. */
public final class UnreachableException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    public UnreachableException(int errno, String message) {
        super(errno, message);
    }
}
