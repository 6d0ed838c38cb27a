/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.nio.file.Path;
import org.vfio4j.linux.ErrnoException;

/** A tree that could not be mounted, or a command that could not be given one: what is the matter, and what to do about it. */
public final class MountException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    MountException(int errno, String what, String remedy) {
        super(errno, what);
        this.remedy = remedy;
    }

    static MountException at(Path place, int errno, String what, String remedy) {
        return new MountException(errno, "cannot mount at " + place + ": " + what, remedy);
    }

    @Override
    public String remedy() {
        return remedy;
    }
}
