/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

/**
 * Tells a client that posts one write after the other. On its own processor it is interrupted by the server that its first write wakes, and again by
 * each of those behind it; a server that steps aside once receives many of them at once.
 */
final class PostedStream {
    /** So many that came alone, each behind the one before, until more are expected behind the next. */
    private static final int IN_A_ROW = 8;

    private int messages;
    private int inARow;

    /** A message is handled. */
    void message() {
        messages++;
    }

    /**
     * Nothing more is there.
     *
     * @param posted whether the last message wanted no answer
     * @return whether the client is likely to send more at once if it is let
     */
    boolean isExpected(boolean posted) {
        int came = messages;
        messages = 0;
        if (!posted) {
            inARow = 0;
            return false;
        }
        inARow = came > 1 ? IN_A_ROW : inARow + 1;
        if (inARow < IN_A_ROW) {
            return false;
        }
        inARow = 0;
        return true;
    }
}
