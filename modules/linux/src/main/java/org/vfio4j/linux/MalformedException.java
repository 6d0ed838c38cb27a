/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

/** An answer of the kernel or of a peer that breaks its own format: EPROTO, and in which way. */
public final class MalformedException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    public MalformedException(String reason) {
        super(Errno.EPROTO, "malformed: " + reason);
        this.reason = reason;
    }

    /** What is wrong with it, such as {@code capability at 0x20: next 0x10 points backward}. */
    public String reason() {
        return reason;
    }
}
