/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

/** An end of a command that its user is to read: what happened and why, what to do, and the exit code. */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final String what;
    private final String remedy;

    public CommandException(int exitCode, String what, String remedy) {
        super(what);
        this.what = what;
        this.exitCode = exitCode;
        this.remedy = remedy;
    }

    public int exitCode() {
        return exitCode;
    }

    /** What happened and why. */
    public String what() {
        return what;
    }

    /** What to do; empty where there is nothing. */
    public String remedy() {
        return remedy;
    }
}
