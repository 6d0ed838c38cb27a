/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;

/** What the process tells its caller. */
public final class ExitCode {
    /** All is well. */
    public static final int OK = 0;
    /** Something was found that cannot work, or could not be told. */
    public static final int FINDINGS = 1;
    /** The command line was wrong. */
    public static final int USAGE = 2;
    /** This machine or this user's rights do not allow it: no such device, no {@code /dev/vfio}, no permission. */
    public static final int ENVIRONMENT = 3;
    /** vfio4j itself is wrong: {@code EX_SOFTWARE} of sysexits.h. */
    public static final int INTERNAL = 70;

    private ExitCode() {}

    /** What a change that was refused means for the exit code. */
    public static int of(RefusedException e) {
        return switch (e.errno()) {
            case Errno.EINVAL -> USAGE;
            case Errno.ENOSPC, Errno.EUSERS, Errno.EEXIST -> FINDINGS;
            default -> ENVIRONMENT;
        };
    }
}
