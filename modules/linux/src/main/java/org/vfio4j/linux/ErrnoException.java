/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

/** A failure that has an error number: the system's own ({@link LinuxException}) or one that a device or a peer answers. */
public abstract class ErrnoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    protected ErrnoException(int errno, String message) {
        super(message);
        this.errno = errno;
    }

    /** The positive error number, one of {@link Errno}'s. */
    public final int errno() {
        return errno;
    }

    /** What the user can do, in a sentence; empty where that is not known. */
    public String remedy() {
        return "";
    }

    /** The symbol of the error number, such as {@code EBUSY}. */
    public final String errnoName() {
        return Errno.name(errno);
    }
}
