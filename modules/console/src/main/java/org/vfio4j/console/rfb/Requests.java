/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

/** What a viewer can ask for, as it comes. */
interface Requests {
    void pixelLayout(PixelLayout layout);

    void encodings(Encodings encodings);

    /**
     * FramebufferUpdateRequest.
     *
     * @param isIncremental whether only what has changed is wanted of that part
     */
    void update(boolean isIncremental, int x, int y, int width, int height);

    /** SetDesktopSize. */
    void desktopSize(int width, int height);
}
