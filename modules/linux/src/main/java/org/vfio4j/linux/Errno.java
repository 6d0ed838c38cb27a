/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import java.util.Map;

/** Error numbers of Linux, as {@code asm-generic/errno-base.h} and {@code asm-generic/errno.h} have them. */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int E2BIG = 7;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int EFBIG = 27;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int EPIPE = 32;
    public static final int ERANGE = 34;
    public static final int EDEADLK = 35;
    public static final int ENOSYS = 38;
    public static final int ELOOP = 40;
    public static final int ENOMSG = 42;
    public static final int ENODATA = 61;
    public static final int EPROTO = 71;
    public static final int EOVERFLOW = 75;
    public static final int EUSERS = 87;
    public static final int ENOTSOCK = 88;
    public static final int EMSGSIZE = 90;
    public static final int EOPNOTSUPP = 95;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ECONNABORTED = 103;
    public static final int ECONNRESET = 104;
    public static final int ENOTCONN = 107;
    public static final int ETIMEDOUT = 110;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTUNREACH = 113;
    public static final int ECANCELED = 125;
    public static final int ENOKEY = 126;

    private static final Map<Integer, String[]> KNOWN = Map.ofEntries(
            known(EPERM, "EPERM", "not permitted"),
            known(ENOENT, "ENOENT", "no such file"),
            known(ESRCH, "ESRCH", "no such process"),
            known(EINTR, "EINTR", "interrupted"),
            known(EIO, "EIO", "input/output error"),
            known(ENXIO, "ENXIO", "no such device or address"),
            known(E2BIG, "E2BIG", "too large"),
            known(EBADF, "EBADF", "bad file descriptor"),
            known(EAGAIN, "EAGAIN", "would block"),
            known(ENOMEM, "ENOMEM", "out of memory"),
            known(EACCES, "EACCES", "permission denied"),
            known(EFAULT, "EFAULT", "bad address"),
            known(EBUSY, "EBUSY", "in use"),
            known(EEXIST, "EEXIST", "exists already"),
            known(ENODEV, "ENODEV", "no such device"),
            known(ENOTDIR, "ENOTDIR", "not a directory"),
            known(EISDIR, "EISDIR", "is a directory"),
            known(EINVAL, "EINVAL", "invalid argument"),
            known(ENFILE, "ENFILE", "too many open files on this host"),
            known(EMFILE, "EMFILE", "too many open files in this process"),
            known(ENOTTY, "ENOTTY", "not offered by this device"),
            known(EFBIG, "EFBIG", "file too large"),
            known(ENOSPC, "ENOSPC", "no space left"),
            known(EROFS, "EROFS", "read-only file system"),
            known(EPIPE, "EPIPE", "the other side closed"),
            known(ERANGE, "ERANGE", "out of range"),
            known(EDEADLK, "EDEADLK", "each waits for the other"),
            known(ENOSYS, "ENOSYS", "not implemented"),
            known(ELOOP, "ELOOP", "too many symbolic links"),
            known(ENOMSG, "ENOMSG", "no message"),
            known(ENODATA, "ENODATA", "no data"),
            known(EPROTO, "EPROTO", "protocol error"),
            known(EOVERFLOW, "EOVERFLOW", "value too large"),
            known(EUSERS, "EUSERS", "too many users"),
            known(ENOTSOCK, "ENOTSOCK", "not a socket"),
            known(EMSGSIZE, "EMSGSIZE", "message too long"),
            known(EOPNOTSUPP, "EOPNOTSUPP", "not supported"),
            known(EADDRINUSE, "EADDRINUSE", "address in use"),
            known(EADDRNOTAVAIL, "EADDRNOTAVAIL", "address not available"),
            known(ECONNABORTED, "ECONNABORTED", "connection aborted"),
            known(ECONNRESET, "ECONNRESET", "connection reset"),
            known(ENOTCONN, "ENOTCONN", "not connected"),
            known(ETIMEDOUT, "ETIMEDOUT", "timed out"),
            known(ECONNREFUSED, "ECONNREFUSED", "connection refused"),
            known(EHOSTUNREACH, "EHOSTUNREACH", "host not reachable"),
            known(ECANCELED, "ECANCELED", "cancelled"),
            known(ENOKEY, "ENOKEY", "a key is missing"));

    private Errno() {}

    /** The symbol, such as {@code EBUSY}; {@code errno 4711} for a number this class does not know. */
    public static String name(int errno) {
        String[] names = KNOWN.get(errno);
        return names == null ? "errno " + errno : names[0];
    }

    /** A few plain words, such as {@code in use}; the symbol again for a number this class does not know. */
    public static String text(int errno) {
        String[] names = KNOWN.get(errno);
        return names == null ? name(errno) : names[1];
    }

    private static Map.Entry<Integer, String[]> known(int errno, String name, String text) {
        return Map.entry(errno, new String[] {name, text});
    }
}
