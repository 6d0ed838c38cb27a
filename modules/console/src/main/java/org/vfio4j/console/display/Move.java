/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.display;

import org.vfio4j.vfio.display.Scroll;

/** Lines of a picture that moved up or down; made once for each viewer. */
public final class Move {
    private int top;
    private int rows;
    private int from;

    /** Nothing moved. */
    public Move() {}

    public boolean isNone() {
        return rows == 0;
    }

    /** The first line, where they are now. */
    public int top() {
        return top;
    }

    public int rows() {
        return rows;
    }

    /** Where the first line was. */
    public int from() {
        return from;
    }

    void clear() {
        rows = 0;
    }

    void become(Move other) {
        top = other.top;
        rows = other.rows;
        from = other.from;
    }

    void become(Scroll scroll) {
        top = scroll.top();
        rows = scroll.rows();
        from = scroll.from();
    }
}
