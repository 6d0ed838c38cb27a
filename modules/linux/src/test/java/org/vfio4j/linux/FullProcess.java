/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Another JVM that receives more descriptors than it has room for: the only way to have a control message cut short. */
final class FullProcess {
    private static final String NAME = "full-process";

    private FullProcess() {}

    /** What the other process says became of it. */
    static String run() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n 100; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        Stream.of(Fd.class, FullProcess.class)
                                .map(FullProcess::location)
                                .collect(Collectors.joining(":")),
                        FullProcess.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    public static void main(String[] args) throws IOException {
        loadWhatNeedsDescriptorsToLoad();
        try (Fd memory = Memfd.create(NAME, 1)) {
            List<Fd> fill = fill(memory);
            fill.subList(0, 12).forEach(Fd::close);
            UnixSocket.Pair pair = UnixSocket.pair();
            try (FdChannel sender = FdChannel.take(pair.left());
                    FdChannel receiver = FdChannel.take(pair.right())) {
                int before = OpenFiles.ofMemfd(NAME);
                String name = exchange(sender, receiver, memory);
                System.out.println(name + ", kept " + (OpenFiles.ofMemfd(NAME) - before));
            }
            fill.forEach(Fd::close);
        }
    }

    private static List<Fd> fill(Fd memory) {
        List<Fd> fill = new ArrayList<>();
        while (true) {
            try {
                fill.add(memory.duplicate());
            } catch (LinuxException e) {
                return fill;
            }
        }
    }

    /** Sends 16 descriptors, more than there is room for. */
    private static String exchange(FdChannel sender, FdChannel receiver, Fd memory) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(1);
            sender.send(bytes, Collections.nCopies(16, memory));
            receiver.receive(bytes);
            return "received";
        } catch (LinuxException e) {
            return e.errnoName();
        }
    }

    /** Classes come from files: once the process is full, none that is new can be loaded. */
    private static void loadWhatNeedsDescriptorsToLoad() throws IOException {
        UnixSocket.Pair pair = UnixSocket.pair();
        try (Fd memory = Memfd.create(NAME, 1);
                FdChannel sender = FdChannel.take(pair.left());
                FdChannel receiver = FdChannel.take(pair.right())) {
            String said = exchange(sender, receiver, memory)
                    + new LinuxException(Errno.EMSGSIZE, "call", "subject").errnoName()
                    + OpenFiles.ofMemfd(NAME);
            if (said.isEmpty()) {
                throw new AssertionError();
            }
        }
    }
}
