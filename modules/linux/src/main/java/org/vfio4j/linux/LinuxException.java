/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

/** A system call that failed: which call, on what, with which error number. */
public final class LinuxException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final String subject;

    public LinuxException(int errno, String call, String subject) {
        super(errno, call + " " + subject + ": " + Errno.name(errno) + " (" + Errno.text(errno) + ")");
        this.call = call;
        this.subject = subject;
    }

    /** The call by its name in the manual or the header, such as {@code open} or {@code VFIO_SET_IOMMU}. */
    public String call() {
        return call;
    }

    /** What the call was made on: a path, a device, a socket. */
    public String subject() {
        return subject;
    }
}
