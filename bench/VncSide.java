/* SPDX-License-Identifier: Apache-2.0 */
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.vfio4j.testbed.RfbClient;

/** One side of bench/vnc: a viewer of a server, and the guest's serial line. Arguments: port, password or -, line's socket, server's pid, seconds. */
final class VncSide {
    private static final int WARM_UP = 2;
    private static final int BLINKS = 30;
    private static final int IDLE_BLINKS = 5;
    private static final double TICK = 0.01;

    private final InetSocketAddress address;
    private final String password;
    private final String pid;
    private final int seconds;
    private final OutputStream toGuest;

    /** When the guest last said that it draws, and in which grey. */
    private volatile long markTime;
    private volatile int mark;

    private VncSide(String[] arguments, OutputStream toGuest) {
        this.address = new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0]));
        this.password = arguments[1].equals("-") ? null : arguments[1];
        this.pid = arguments[3];
        this.seconds = Integer.parseInt(arguments[4]);
        this.toGuest = toGuest;
    }

    public static void main(String[] arguments) throws IOException {
        SocketChannel line = SocketChannel.open(StandardProtocolFamily.UNIX);
        line.connect(UnixDomainSocketAddress.of(arguments[2]));
        VncSide side = new VncSide(arguments, Channels.newOutputStream(line));
        InputStream fromGuest = Channels.newInputStream(line);
        if (fromGuest.read() != '!') {
            throw new IOException("the guest does not draw");
        }
        Thread.ofPlatform().daemon().start(() -> side.listen(fromGuest));
        for (int encoding : new int[] {RfbClient.RAW, RfbClient.ZRLE}) {
            String name = encoding == RfbClient.RAW ? "raw" : "ZRLE";
            side.play("film, " + name, 'f', encoding);
            side.play("desktop, " + name, 'd', encoding);
        }
        side.blinks("write to pixel, picture in motion", 'b', BLINKS);
        side.blinks("write to pixel, picture at rest", 'i', IDLE_BLINKS);
        side.tell('s');
        side.rest();
    }

    private void listen(InputStream fromGuest) {
        try {
            for (int next = fromGuest.read(); next >= 0; next = fromGuest.read()) {
                markTime = System.nanoTime();
                mark = next;
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void tell(char command) throws IOException {
        toGuest.write(command);
        toGuest.flush();
    }

    private void play(String title, char command, int encoding) throws IOException {
        try (RfbClient viewer = RfbClient.connect(address, password)) {
            viewer.encodings(encoding, RfbClient.DESKTOP_SIZE);
            tell(command);
            viewer.request(false);
            long warm = System.nanoTime() + WARM_UP * 1_000_000_000L;
            while (System.nanoTime() < warm) {
                viewer.update();
                viewer.request(true);
            }
            double cpu = cpuSeconds();
            long bytes = viewer.received();
            long pixels = viewer.changed();
            int updates = 0;
            long begin = System.nanoTime();
            long end = begin + seconds * 1_000_000_000L;
            while (System.nanoTime() < end) {
                viewer.update();
                viewer.request(true);
                updates++;
            }
            double took = (System.nanoTime() - begin) / 1e9;
            double mega = (viewer.changed() - pixels) / 1e6;
            System.out.printf(
                    Locale.ROOT,
                    "%s|%.1f updates/s|%.1f Mpixel/s|%.2f ms CPU/Mpixel|%.2f MB/Mpixel%n",
                    title,
                    updates / took,
                    mega / took,
                    (cpuSeconds() - cpu) * 1000 / mega,
                    (viewer.received() - bytes) / 1e6 / mega);
            tell('s');
        }
    }

    private void blinks(String title, char command, int count) throws IOException {
        try (RfbClient viewer = RfbClient.connect(address, password)) {
            viewer.encodings(RfbClient.RAW, RfbClient.DESKTOP_SIZE);
            viewer.request(false);
            viewer.update();
            tell(command);
            double[] millis = new double[count];
            int seen = viewer.pixels()[0];
            for (int i = -1; i < count; ) {
                viewer.request(true);
                viewer.update();
                int grey = viewer.pixels()[0];
                if (grey != seen && grey == mark * 0x10101) {
                    if (i >= 0) {
                        millis[i] = (System.nanoTime() - markTime) / 1e6;
                    }
                    i++;
                }
                seen = grey;
            }
            Arrays.sort(millis);
            System.out.printf(
                    Locale.ROOT,
                    "%s|median %.1f ms|longest %.1f ms%n",
                    title,
                    millis[count / 2],
                    millis[count - 1]);
            tell('s');
        }
    }

    /** What a viewer costs that looks at a picture at rest. */
    private void rest() throws IOException {
        try (RfbClient viewer = RfbClient.connect(address, password)) {
            viewer.request(false);
            viewer.update();
            viewer.request(true);
            pause(WARM_UP * 1000L);
            double cpu = cpuSeconds();
            pause(seconds * 1000L);
            System.out.printf(
                    Locale.ROOT, "a viewer at rest|%.1f ms CPU/s%n", (cpuSeconds() - cpu) * 1000 / seconds);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of the server's process, user and system, without the threads that are the guest's processor. */
    private double cpuSeconds() throws IOException {
        long ticks = ticks(Path.of("/proc", pid, "stat"));
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc", pid, "task"))) {
            for (Path task : tasks) {
                Path stat = task.resolve("stat");
                ticks -= Files.readString(stat).contains("(CPU ") ? ticks(stat) : 0;
            }
        }
        return ticks * TICK;
    }

    private static long ticks(Path file) throws IOException {
        String stat = Files.readString(file);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
