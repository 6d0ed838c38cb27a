/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.vm;

import java.util.List;
import org.vfio4j.linux.ErrnoException;

/** A machine that was not moved: why, and how it is now. */
public final class MoveException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> now;

    /**
     * @param now sentences: where the machine runs and with which devices, and what is to be done
     */
    MoveException(int errno, String why, List<String> now) {
        super(errno, why);
        this.now = List.copyOf(now);
    }

    /** How things are now, and what to do, in sentences. */
    public List<String> now() {
        return now;
    }
}
