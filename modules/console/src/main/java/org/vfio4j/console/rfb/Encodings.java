/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.IOException;

/**
 * What of a viewer's SetEncodings (RFC 6143, 7.5.2) this server knows.
 *
 * @param isZrle whether it wants ZRLE, more than raw pixels
 * @param copies CopyRect
 * @param resizes DesktopSize
 * @param layouts ExtendedDesktopSize, by which it may also ask for a size
 * @param names DesktopName
 * @param level for zlib, 1 to 9, or {@link #FREE}
 */
record Encodings(boolean isZrle, boolean copies, boolean resizes, boolean layouts, boolean names, int level) {
    static final int RAW = 0;
    static final int COPY_RECT = 1;
    static final int ZRLE = 16;
    static final int DESKTOP_SIZE = -223;
    static final int DESKTOP_NAME = -307;
    static final int EXTENDED_DESKTOP_SIZE = -308;

    /** The pseudo-encodings CompressLevel 0 to 9. */
    private static final int FIRST_LEVEL = -256;

    private static final int LAST_LEVEL = -247;

    /** The fastest that compresses. */
    static final int FASTEST = 1;

    /** The viewer has named no level: how hard to compress is the server's choice. */
    static final int FREE = 0;

    /** What a viewer takes that has said nothing. */
    static final Encodings NONE = new Encodings(false, false, false, false, false, FREE);

    /** Reads the message after its type; the first of the real encodings that is known is the one that counts. */
    static Encodings read(ClientInput in) throws IOException {
        in.skip(1);
        int count = in.u16();
        int chosen = -1;
        boolean copies = false;
        boolean resizes = false;
        boolean layouts = false;
        boolean names = false;
        int level = FREE;
        for (int i = 0; i < count; i++) {
            int code = in.s32();
            switch (code) {
                case RAW, ZRLE -> chosen = chosen < 0 ? code : chosen;
                case COPY_RECT -> copies = true;
                case DESKTOP_SIZE -> resizes = true;
                case EXTENDED_DESKTOP_SIZE -> layouts = true;
                case DESKTOP_NAME -> names = true;
                default -> {
                    if (code >= FIRST_LEVEL && code <= LAST_LEVEL) {
                        level = Math.max(code - FIRST_LEVEL, FASTEST);
                    }
                }
            }
        }
        return new Encodings(chosen == ZRLE, copies, resizes, layouts, names, level);
    }
}
