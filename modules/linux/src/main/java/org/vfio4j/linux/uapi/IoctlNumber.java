/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

import java.lang.foreign.MemorySegment;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Ioctl;

/** An ioctl request of a kernel header with its macro's name, so that a failed call can say which one it was. */
public record IoctlNumber(String name, long number) {
    /** {@code _IO(type, nr)} of {@code asm-generic/ioctl.h}: no direction and no size in it, as all of VFIO and iommufd. */
    static IoctlNumber io(String name, int type, int nr) {
        return new IoctlNumber(name, (long) type << 8 | nr);
    }

    /** Calls it with the structure in {@code argument}, a native segment of at least the argsz in it. */
    public int call(Fd fd, MemorySegment argument) {
        return Ioctl.call(fd, number, argument, name);
    }

    /** Calls it with a number. */
    public int call(Fd fd, long argument) {
        return Ioctl.call(fd, number, argument, name);
    }

    /** Calls it with no argument. */
    public int call(Fd fd) {
        return Ioctl.call(fd, number, 0L, name);
    }

    @Override
    public String toString() {
        return name;
    }
}
