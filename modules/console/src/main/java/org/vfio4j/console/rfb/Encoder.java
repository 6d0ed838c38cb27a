/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.IOException;
import org.vfio4j.vfio.display.Frame;

/** One of RFB's encodings of a part of a picture. For one thread; nothing is allocated for a rectangle. */
interface Encoder {
    /** Its number. */
    int code();

    /** Writes a part of a picture, which lies inside it: {@link #MAX_WIDTH} wide at most. */
    void encode(Frame frame, int x, int y, int width, int height, ServerOutput out) throws IOException;

    /** The widest part that is written as one rectangle, in pixels. */
    int MAX_WIDTH = 1024;

    /** The highest one. */
    int MAX_HEIGHT = 64;
}
