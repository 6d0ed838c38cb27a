/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.vfio4j.console.display.Move;
import org.vfio4j.vfio.display.Frame;
import org.vfio4j.vfio.display.Picture;
import org.vfio4j.vfio.display.Tiles;

/**
 * FramebufferUpdate messages (RFC 6143, 7.6.1): what of the picture the viewer has not got, and what it is to know beside it. For one thread;
 * nothing is allocated for an update.
 */
final class UpdateWriter implements AutoCloseable {
    /** No answer to a SetDesktopSize is due. */
    static final int NO_STATUS = -1;

    static final int PROHIBITED = 1;
    static final int NO_RESOURCES = 2;
    static final int INVALID_LAYOUT = 3;

    /** The guest has been asked, and its answer, if there is one, is a change of size later. */
    static final int FORWARDED = 4;

    private static final int UPDATE = 0;
    private static final int BY_SERVER = 0;
    private static final int BY_THIS_VIEWER = 1;
    private static final int MAX_TILES = Encoder.MAX_WIDTH / Tiles.SIDE;

    private final ServerOutput out;
    private final Tiles pending = new Tiles();
    private final ZrleEncoder zrle = new ZrleEncoder();
    private RawEncoder raw = new RawEncoder(PixelLayout.NATIVE);
    private PixelLayout layout = PixelLayout.NATIVE;
    private Encodings encodings = Encodings.NONE;

    /** The viewer's frame buffer, in pixels. */
    private int width;

    private int height;
    private String name;

    /** Whether black is due where the picture does not reach, in a frame buffer that cannot change its size. */
    private boolean isMarginDue;

    // The update that is being made.
    private final Area area = new Area();
    private boolean isNewSize;
    private boolean tellsLayout;
    private int status = NO_STATUS;
    private String newName;
    private Move move = new Move();
    private boolean copies;
    private int parts;
    private final Part counting = (frame, x, y, w, h) -> parts++;
    private final Part sending = this::part;

    /** A part of the update, in the viewer's frame buffer. */
    private interface Part {
        void of(Frame frame, int x, int y, int partWidth, int partHeight) throws IOException;
    }

    /**
     * @param width of the frame buffer that the viewer was told of, in pixels
     * @param height of it
     * @param name that the viewer was told of
     */
    UpdateWriter(ServerOutput out, int width, int height, String name) {
        this.out = out;
        this.width = width;
        this.height = height;
        this.name = name;
        this.newName = name;
    }

    /** Takes note of what is new to the viewer. */
    void see(Picture picture, Tiles fresh, Move newMove) {
        move = newMove;
        if (!pending.isOf(picture.width(), picture.height())) {
            pending.reset(picture.width(), picture.height());
            isMarginDue = true;
        }
        pending.addAll(fresh);
    }

    /** Whether the viewer has all of the picture, and can be told to move some of it. */
    boolean canCopy() {
        return encodings.copies() && pending.isEmpty() && pending.isOf(width, height);
    }

    /** What the viewer wants pixels to be like. */
    void use(PixelLayout newLayout, Encodings newEncodings) {
        if (!newLayout.equals(layout)) {
            layout = newLayout;
            raw = new RawEncoder(newLayout);
            zrle.layout(newLayout);
        }
        encodings = newEncodings;
        zrle.level(newEncodings.level());
    }

    /** Whether the viewer has not got all of a part of the picture. */
    boolean isPending(Area part) {
        for (int tile = pending.next(0); tile >= 0; tile = pending.next(tile + 1)) {
            if (part.meets(pending.x(tile), pending.y(tile), pending.width(tile, 1), pending.height(tile))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Makes an update, of what {@link #see} took note of.
     *
     * @param asked the part that the viewer asked for
     * @param isLayoutWanted whether it is to be told the size in any case
     * @param newStatus of its SetDesktopSize, or {@link #NO_STATUS}
     * @param title what its window is to be called
     */
    void prepare(Picture picture, Area asked, boolean isLayoutWanted, int newStatus, String title) throws IOException {
        boolean other = picture.width() != width || picture.height() != height;
        isNewSize = other && (encodings.resizes() || encodings.layouts());
        tellsLayout = encodings.layouts() && (isLayoutWanted || isNewSize);
        status = encodings.layouts() ? newStatus : NO_STATUS;
        newName = encodings.names() ? title : name;
        area.copy(asked);
        parts = 0;
        copies = !move.isNone() && !isNewSize && area.holds(0, 0, width, height);
        if (!move.isNone() && !copies) {
            pending.addArea(0, move.top(), picture.width(), move.rows());
        }
        if (!isNewSize) {
            each(picture.frame(), counting);
        }
    }

    /** Whether there is nothing in the update. */
    boolean isEmpty() {
        return count() == 0;
    }

    /** Writes the update. */
    void write(Picture picture) throws IOException {
        out.u8(UPDATE);
        out.u8(0);
        out.u16(count());
        if (!newName.equals(name)) {
            name();
        }
        if (status != NO_STATUS) {
            layout(BY_THIS_VIEWER, status);
        }
        if (isNewSize) {
            width = picture.width();
            height = picture.height();
            pending.fill();
        }
        if (tellsLayout) {
            layout(BY_SERVER, 0);
        } else if (isNewSize) {
            rectangle(0, 0, width, height, Encodings.DESKTOP_SIZE);
        }
        if (copies) {
            rectangle(0, move.top(), width, move.rows(), Encodings.COPY_RECT);
            out.u16(0);
            out.u16(move.from());
        }
        if (parts > 0) {
            each(picture.frame(), sending);
            sent();
        }
        out.flush();
    }

    @Override
    public void close() {
        zrle.close();
    }

    private int count() {
        int more = (newName.equals(name) ? 0 : 1) + (status == NO_STATUS ? 0 : 1) + (tellsLayout || isNewSize ? 1 : 0);
        return more + (copies ? 1 : 0) + parts;
    }

    /** The parts that are asked for and that the viewer has not got, within its frame buffer. */
    private void each(Frame frame, Part to) throws IOException {
        if (isMarginDue && (frame.width() < width || frame.height() < height)) {
            margins(frame, to);
        }
        int count;
        for (int tile = pending.next(0); tile >= 0; tile = pending.next(tile + count)) {
            count = Math.min(pending.run(tile), MAX_TILES);
            int x = pending.x(tile);
            int y = pending.y(tile);
            int partWidth = Math.min(pending.width(tile, count), width - x);
            int partHeight = Math.min(pending.height(tile), height - y);
            if (partWidth > 0 && partHeight > 0 && area.meets(x, y, partWidth, partHeight)) {
                to.of(frame, x, y, partWidth, partHeight);
            }
        }
    }

    /** Black beside and below a picture that is smaller than the frame buffer; what is black of the picture itself is drawn over. */
    private void margins(Frame frame, Part to) throws IOException {
        try (Picture nothing = Picture.black(width, height)) {
            for (int y = 0; y < height; y += Encoder.MAX_HEIGHT) {
                int partHeight = Math.min(Encoder.MAX_HEIGHT, height - y);
                int from = y + partHeight <= frame.height() ? frame.width() : 0;
                for (int x = from; x < width; x += Encoder.MAX_WIDTH) {
                    to.of(nothing.frame(), x, y, Math.min(Encoder.MAX_WIDTH, width - x), partHeight);
                }
            }
        }
    }

    private void part(Frame frame, int x, int y, int partWidth, int partHeight) throws IOException {
        Encoder encoder = encodings.isZrle() ? zrle : raw;
        rectangle(x, y, partWidth, partHeight, encoder.code());
        encoder.encode(frame, x, y, partWidth, partHeight, out);
    }

    private void rectangle(int x, int y, int partWidth, int partHeight, int encoding) throws IOException {
        out.u16(x);
        out.u16(y);
        out.u16(partWidth);
        out.u16(partHeight);
        out.u32(encoding);
    }

    /** ExtendedDesktopSize: one screen, as large as the frame buffer. */
    private void layout(int reason, int newStatus) throws IOException {
        rectangle(reason, newStatus, width, height, Encodings.EXTENDED_DESKTOP_SIZE);
        out.u32(1 << 24); // one, and padding
        out.u32(1); // its name
        out.u16(0);
        out.u16(0);
        out.u16(width);
        out.u16(height);
        out.u32(0);
    }

    private void name() throws IOException {
        name = newName;
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        rectangle(0, 0, 0, 0, Encodings.DESKTOP_NAME);
        out.u32(text.length);
        out.bytes(text);
    }

    /** The parts of this update are the viewer's now. */
    private void sent() {
        isMarginDue = false;
        int count;
        for (int tile = pending.next(0); tile >= 0; tile = pending.next(tile + count)) {
            count = Math.min(pending.run(tile), MAX_TILES);
            if (area.meets(pending.x(tile), pending.y(tile), pending.width(tile, count), pending.height(tile))) {
                pending.remove(tile, count);
            }
        }
    }
}
