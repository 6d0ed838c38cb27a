/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A VNC viewer without a window, written from RFC 6143 alone: it keeps what it is sent as 0xRRGGBB and counts the bytes. For one thread. It waits
 * two minutes for what does not come.
 */
public final class RfbClient implements AutoCloseable {
    public static final int RAW = 0;
    public static final int COPY_RECT = 1;
    public static final int ZRLE = 16;
    public static final int DESKTOP_SIZE = -223;
    public static final int DESKTOP_NAME = -307;
    public static final int EXTENDED_DESKTOP_SIZE = -308;

    private static final int PATIENCE_MILLIS = 120_000;

    private final Socket socket;
    private final Counted counted;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final RfbTiles zrle = new RfbTiles();
    private byte[] line = {};
    private Format format = Format.NATIVE;
    private int width;
    private int height;
    private String name = "";
    private int[] pixels = {};
    private int resizeStatus = -1;
    private long changed;
    private long copied;

    /** A pixel's layout: bits, byte order, and each component's largest value and place. */
    public record Format(
            int bits,
            int depth,
            boolean isBigEndian,
            int red,
            int green,
            int blue,
            int redAt,
            int greenAt,
            int blueAt) {
        public static final Format NATIVE = new Format(32, 24, false, 255, 255, 255, 16, 8, 0);

        /** The pixel that so many bytes are. */
        int rgb(byte[] from, int at, int bytes) {
            int pixel = 0;
            for (int i = 0; i < bytes; i++) {
                int place = isBigEndian ? i : bytes - 1 - i;
                pixel = pixel << 8 | (from[at + place] & 0xff);
            }
            return part(pixel, redAt, red) << 16 | part(pixel, greenAt, green) << 8 | part(pixel, blueAt, blue);
        }

        private static int part(int pixel, int at, int max) {
            return ((pixel >>> at & max) * 255 + max / 2) / max;
        }
    }

    private static final class Counted extends BufferedInputStream {
        private long total;

        Counted(Socket socket) throws IOException {
            super(socket.getInputStream(), 1 << 18);
        }

        @Override
        public synchronized int read() throws IOException {
            total++;
            return super.read();
        }

        @Override
        public synchronized int read(byte[] into, int at, int size) throws IOException {
            int read = super.read(into, at, size);
            total += Math.max(read, 0);
            return read;
        }
    }

    private RfbClient(Socket socket) throws IOException {
        this.socket = socket;
        this.counted = new Counted(socket);
        this.in = new DataInputStream(counted);
        this.out = new DataOutputStream(socket.getOutputStream());
    }

    /** Connects with version 3.8; the password is null where none is asked. */
    public static RfbClient connect(InetSocketAddress address, @Nullable String password) throws IOException {
        return connect(address, password, 8);
    }

    /**
     * Connects as a viewer of version 3.{@code minor}.
     *
     * @throws IOException with the server's words, if it refuses
     */
    public static RfbClient connect(InetSocketAddress address, @Nullable String password, int minor)
            throws IOException {
        Socket socket = new Socket();
        socket.connect(address);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        RfbClient client = new RfbClient(socket);
        try {
            client.shakeHands(password, minor);
            return client;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private void shakeHands(@Nullable String password, int minor) throws IOException {
        in.readNBytes(12);
        out.write("RFB 003.00%d\n".formatted(minor).getBytes(StandardCharsets.US_ASCII));
        int security = minor < 7 ? in.readInt() : choose(password);
        if (security == 2) {
            byte[] challenge = in.readNBytes(16);
            out.write(answer(challenge, password == null ? "" : password));
        }
        if (security == 2 || minor >= 8) {
            int result = in.readInt();
            if (result != 0) {
                throw new IOException("refused: " + (minor >= 8 ? text() : result));
            }
        }
        out.writeByte(1);
        width = in.readUnsignedShort();
        height = in.readUnsignedShort();
        in.readNBytes(16);
        name = text();
        pixels = new int[width * height];
        format(Format.NATIVE);
    }

    private int choose(@Nullable String password) throws IOException {
        int count = in.readUnsignedByte();
        if (count == 0) {
            throw new IOException("refused: " + text());
        }
        in.readNBytes(count);
        int chosen = password == null ? 1 : 2;
        out.writeByte(chosen);
        return chosen;
    }

    private static byte[] answer(byte[] challenge, String password) {
        byte[] key = new byte[8];
        for (int i = 0; i < Math.min(8, password.length()); i++) {
            key[i] = (byte) (Integer.reverse(password.charAt(i)) >>> 24);
        }
        try {
            Cipher des = Cipher.getInstance("DES/ECB/NoPadding");
            des.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "DES"));
            return des.doFinal(challenge);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    public String name() {
        return name;
    }

    /** What is shown, line after line. */
    public int[] pixels() {
        return pixels;
    }

    /** The status of the last answer to {@link #resize}, -1 before. */
    public int resizeStatus() {
        return resizeStatus;
    }

    /** Bytes received so far. */
    public long received() {
        return counted.total;
    }

    /** Pixels that were told to be copied so far. */
    public long copied() {
        return copied;
    }

    /** Pixels received so far. */
    public long changed() {
        return changed;
    }

    public void format(Format wanted) throws IOException {
        out.writeInt(0);
        out.writeByte(wanted.bits());
        out.writeByte(wanted.depth());
        out.writeByte(wanted.isBigEndian() ? 1 : 0);
        out.writeByte(1);
        for (int max : new int[] {wanted.red(), wanted.green(), wanted.blue()}) {
            out.writeShort(max);
        }
        for (int at : new int[] {wanted.redAt(), wanted.greenAt(), wanted.blueAt()}) {
            out.writeByte(at);
        }
        out.write(new byte[3]);
        format = wanted;
    }

    public void encodings(int... codes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream message = new DataOutputStream(bytes);
        message.writeShort(2 << 8);
        message.writeShort(codes.length);
        for (int code : codes) {
            message.writeInt(code);
        }
        out.write(bytes.toByteArray());
    }

    /** Asks for all of the picture, or for what has changed of it. */
    public void request(boolean incremental) throws IOException {
        request(incremental, 0, 0, width, height);
    }

    public void request(boolean incremental, int x, int y, int partWidth, int partHeight) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream message = new DataOutputStream(bytes);
        message.writeByte(3);
        message.writeByte(incremental ? 1 : 0);
        for (int value : new int[] {x, y, partWidth, partHeight}) {
            message.writeShort(value);
        }
        out.write(bytes.toByteArray());
    }

    /** Asks for another size of the picture. */
    public void resize(int newWidth, int newHeight) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream message = new DataOutputStream(bytes);
        message.writeShort(251 << 8);
        message.writeShort(newWidth);
        message.writeShort(newHeight);
        message.writeShort(1 << 8);
        message.writeInt(1);
        message.writeInt(0);
        message.writeShort(newWidth);
        message.writeShort(newHeight);
        message.writeInt(0);
        out.write(bytes.toByteArray());
    }

    /** Sends any bytes. */
    public void send(byte... bytes) throws IOException {
        out.write(bytes);
    }

    /** Takes the next update in; false if it only tells a size or a name. */
    public boolean update() throws IOException {
        int type = in.readUnsignedByte();
        if (type != 0) {
            throw new IOException("a message of type " + type);
        }
        in.readByte();
        int count = in.readUnsignedShort();
        boolean any = false;
        for (int i = 0; i < count; i++) {
            any |= rectangle();
        }
        return any;
    }

    private boolean rectangle() throws IOException {
        int x = in.readUnsignedShort();
        int y = in.readUnsignedShort();
        int w = in.readUnsignedShort();
        int h = in.readUnsignedShort();
        int code = in.readInt();
        switch (code) {
            case DESKTOP_SIZE -> size(w, h);
            case EXTENDED_DESKTOP_SIZE -> layout(x, y, w, h);
            case DESKTOP_NAME -> name = text();
            default -> {
                if (x + w > width || y + h > height) {
                    throw new IOException("a part at " + x + "," + y + " of " + w + "x" + h + " is not in the picture");
                }
                part(code, x, y, w, h);
                changed += (long) w * h;
                return true;
            }
        }
        return false;
    }

    private void part(int code, int x, int y, int w, int h) throws IOException {
        switch (code) {
            case RAW -> raw(x, y, w, h);
            case COPY_RECT -> copy(in.readUnsignedShort(), in.readUnsignedShort(), x, y, w, h);
            case ZRLE -> zrle.read(in, format, pixels, width, x, y, w, h);
            default -> throw new IOException("encoding " + code + " was not asked for");
        }
    }

    private void layout(int reason, int status, int w, int h) throws IOException {
        int screens = in.readInt() >>> 24;
        in.readNBytes(16 * screens);
        if (reason == 1 && status != 0) {
            resizeStatus = status;
        } else {
            size(w, h);
        }
    }

    private void size(int w, int h) {
        if (w != width || h != height) {
            width = w;
            height = h;
            pixels = new int[w * h];
        }
    }

    private void raw(int x, int y, int w, int h) throws IOException {
        int bytes = format.bits() / 8;
        if (line.length < w * bytes) {
            line = new byte[w * bytes];
        }
        for (int row = y; row < y + h; row++) {
            in.readFully(line, 0, w * bytes);
            for (int i = 0; i < w; i++) {
                pixels[row * width + x + i] = format.rgb(line, i * bytes, bytes);
            }
        }
    }

    private void copy(int fromX, int fromY, int x, int y, int w, int h) {
        copied += (long) w * h;
        for (int i = 0; i < h; i++) {
            int row = fromY < y ? h - 1 - i : i;
            System.arraycopy(pixels, (fromY + row) * width + fromX, pixels, (y + row) * width + x, w);
        }
    }

    private String text() throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        zrle.close();
        socket.close();
    }
}
