/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A run of {@code testbed/qemu} in a folder of its own, with the connections that QEMU made to us. */
final class QemuProcess implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    private final Path folder;
    private final Process process;
    private final Map<String, SocketChannel> channels = new LinkedHashMap<>();

    private QemuProcess(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
    }

    /**
     * Starts QEMU, and waits for its connections: as long as the script lives, which has to prepare QEMU and the kernel if nobody did.
     *
     * @param parent a folder, for the run's own
     * @param devices the sockets of the devices that are there from the start
     * @param channels options of {@code testbed/qemu}, without dashes, whose value is a socket on which we listen
     * @param files options whose value is a file in the folder
     * @param options more options
     */
    static QemuProcess start(
            Path parent, List<Path> devices, List<String> channels, List<String> files, List<String> options)
            throws IOException {
        Path folder = Files.createTempDirectory(parent, "qemu");
        Map<String, ServerSocketChannel> listeners = new LinkedHashMap<>();
        try {
            for (String channel : channels) {
                listeners.put(channel, listen(folder.resolve(channel)));
            }
            List<String> command = new ArrayList<>(List.of(Serving.peer("qemu")));
            devices.forEach(device -> command.addAll(List.of("--device", device.toString())));
            Stream.concat(channels.stream(), files.stream())
                    .forEach(name -> command.addAll(
                            List.of("--" + name, folder.resolve(name).toString())));
            command.addAll(options);
            QemuProcess qemu = new QemuProcess(folder, launch(folder, command));
            CompletableFuture<Void> _ =
                    qemu.process.onExit().thenRun(() -> listeners.values().forEach(QemuProcess::close));
            qemu.accept(listeners);
            return qemu;
        } finally {
            listeners.values().forEach(QemuProcess::close);
        }
    }

    private static Process launch(Path folder, List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(folder.resolve("log").toFile())
                .redirectErrorStream(true)
                .start();
    }

    private void accept(Map<String, ServerSocketChannel> listeners) throws IOException {
        try {
            for (Map.Entry<String, ServerSocketChannel> listener : listeners.entrySet()) {
                channels.put(listener.getKey(), listener.getValue().accept());
            }
        } catch (ClosedChannelException e) {
            throw new AssertionError("QEMU did not start: " + log(), e);
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
    }

    private static void close(ServerSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** QEMU's connection for that option. */
    SocketChannel channel(String name) {
        SocketChannel channel = channels.get(name);
        if (channel == null) {
            throw new IllegalArgumentException("QEMU was not told to connect for --" + name);
        }
        return channel;
    }

    /** A file of the run. */
    Path file(String name) {
        return folder.resolve(name);
    }

    /** What QEMU itself had to say. */
    String log() throws IOException {
        return Files.readString(file("log"));
    }

    /** The vfio-user messages so far, a line each, in QEMU's words. */
    List<String> trace() throws IOException {
        return Files.readAllLines(file("trace"));
    }

    /** Whether it ends by itself within a bound. */
    boolean awaitEnd() throws InterruptedException {
        return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Ends it as {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : channels.values()) {
            channel.close();
        }
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("QEMU does not end: " + log());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
