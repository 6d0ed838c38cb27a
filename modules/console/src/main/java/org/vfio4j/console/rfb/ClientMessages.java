/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.IOException;
import org.vfio4j.linux.MalformedException;

/**
 * The messages of a viewer after the handshake (RFC 6143, 7.5, and SetDesktopSize of the community's registry). Keys, pointers and cut text are
 * read and dropped: a VFIO device has a display and no input.
 */
final class ClientMessages {
    private static final int SET_PIXEL_FORMAT = 0;
    private static final int SET_ENCODINGS = 2;
    private static final int UPDATE_REQUEST = 3;
    private static final int KEY_EVENT = 4;
    private static final int POINTER_EVENT = 5;
    private static final int CUT_TEXT = 6;
    private static final int SET_DESKTOP_SIZE = 251;

    private static final int KEY_SIZE = 7;
    private static final int POINTER_SIZE = 5;
    private static final int SCREEN_SIZE = 16;
    private static final int MAX_TEXT = 1 << 20;

    private final ClientInput in;
    private final Requests requests;

    ClientMessages(ClientInput in, Requests requests) {
        this.in = in;
        this.requests = requests;
    }

    /**
     * Reads the next message and passes it on.
     *
     * @throws MalformedException for one that no viewer sends
     * @throws IOException at the end
     */
    void read() throws IOException {
        int type = in.u8();
        switch (type) {
            case SET_PIXEL_FORMAT -> {
                in.skip(3);
                requests.pixelLayout(PixelLayout.read(in));
            }
            case SET_ENCODINGS -> requests.encodings(Encodings.read(in));
            case UPDATE_REQUEST -> requests.update(in.u8() != 0, in.u16(), in.u16(), in.u16(), in.u16());
            case KEY_EVENT -> in.skip(KEY_SIZE);
            case POINTER_EVENT -> in.skip(POINTER_SIZE);
            case CUT_TEXT -> cutText();
            case SET_DESKTOP_SIZE -> desktopSize();
            default -> throw new MalformedException("no viewer sends a message of type " + type);
        }
    }

    /** The length is negative in the registry's extended form. */
    private void cutText() throws IOException {
        in.skip(3);
        long length = Math.abs((long) in.s32());
        if (length > MAX_TEXT) {
            throw new MalformedException("a cut text of " + length + " bytes");
        }
        in.skip(length);
    }

    private void desktopSize() throws IOException {
        in.skip(1);
        int width = in.u16();
        int height = in.u16();
        int screens = in.u8();
        in.skip(1 + (long) screens * SCREEN_SIZE);
        requests.desktopSize(width, height);
    }
}
