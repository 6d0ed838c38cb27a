/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * A machine of QEMU's whose ports and memory a test reads and writes as its processor would: QEMU's qtest protocol (docs/devel/testing/qtest),
 * a line a command. Nothing else runs in it. For one thread.
 */
final class Qtest implements AutoCloseable {
    /** Where {@code testbed/qemu} puts the first device on bus 0. */
    static final int FIRST_SLOT = 16;

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int CONFIG_ADDRESS = 0xcf8;
    private static final int CONFIG_DATA = 0xcfc;

    private final QemuProcess process;
    private final OutputStream out;
    private final BufferedReader in;
    private final Set<Integer> raised = new TreeSet<>();

    private Qtest(QemuProcess process) {
        SocketChannel channel = process.channel("qtest");
        this.process = process;
        this.out = Channels.newOutputStream(channel);
        this.in = new BufferedReader(Channels.newReader(channel, StandardCharsets.US_ASCII));
    }

    /**
     * Starts a machine.
     *
     * @param devices the sockets of its devices
     * @param options more options of {@code testbed/qemu}
     */
    static Qtest start(Path parent, List<Path> devices, String... options) throws IOException {
        return new Qtest(QemuProcess.start(parent, devices, List.of("qtest"), List.of("trace"), List.of(options)));
    }

    /** The function of the device that was named first, second, and so on. */
    PciFunction function(int number) {
        return new PciFunction(this, FIRST_SLOT + number);
    }

    /** The vfio-user messages so far, a line each, in QEMU's words. */
    List<String> trace() throws IOException {
        return process.trace();
    }

    /** From now on {@link #raised} is told of what comes in at the I/O APIC. */
    void watchInterrupts() throws IOException {
        command("irq_intercept_in ioapic");
    }

    /** The interrupt lines that are up. */
    Set<Integer> raised() throws IOException {
        command("endianness"); // whatever the answer, what came before it has been read
        return Set.copyOf(raised);
    }

    /** Reads {@code width} bytes of memory, 1, 2, 4 or 8. */
    long read(long address, int width) throws IOException {
        return number("read" + letter(width) + " 0x" + Long.toHexString(address));
    }

    void write(long address, int width, long value) throws IOException {
        command("write" + letter(width) + " 0x" + Long.toHexString(address) + " 0x" + Long.toHexString(value));
    }

    byte[] bytes(long address, int length) throws IOException {
        String text = command("b64read 0x" + Long.toHexString(address) + " 0x" + Integer.toHexString(length));
        return Base64.getDecoder().decode(text);
    }

    void bytes(long address, byte[] bytes) throws IOException {
        command("b64write 0x" + Long.toHexString(address) + " 0x" + Integer.toHexString(bytes.length) + " "
                + Base64.getEncoder().encodeToString(bytes));
    }

    /** Reads of a function's configuration space, on bus 0. */
    int config(int slot, int offset, int width) throws IOException {
        select(slot, offset);
        return (int) number("in" + letter(width) + " " + (CONFIG_DATA + (offset & 3)));
    }

    void config(int slot, int offset, int width, int value) throws IOException {
        select(slot, offset);
        command("out" + letter(width) + " " + (CONFIG_DATA + (offset & 3)) + " 0x" + Integer.toHexString(value));
    }

    private void select(int slot, int offset) throws IOException {
        int address = 0x8000_0000 | slot << 11 | (offset & 0xfc);
        command("outl " + CONFIG_ADDRESS + " 0x" + Integer.toHexString(address));
    }

    /** Asks, within a bound, until the answer is true. */
    static void await(String what, Callable<Boolean> question) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!question.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(what + " did not come in " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private long number(String command) throws IOException {
        return Long.parseUnsignedLong(command(command).substring(2), 16);
    }

    private String command(String command) throws IOException {
        out.write((command + "\n").getBytes(StandardCharsets.US_ASCII));
        while (true) {
            String line = in.readLine();
            if (line == null) {
                throw new AssertionError("QEMU has ended: " + process.log());
            }
            List<String> words = new ArrayList<>(List.of(line.split(" ")));
            switch (words.getFirst().toUpperCase(Locale.ROOT)) {
                case "IRQ" -> interrupt(words);
                case "OK" -> {
                    return words.size() > 1 ? words.get(1) : "";
                }
                default -> throw new AssertionError(command + ": " + line);
            }
        }
    }

    private void interrupt(List<String> words) {
        int number = Integer.parseInt(words.get(2));
        if (words.get(1).equals("raise")) {
            raised.add(number);
        } else {
            raised.remove(number);
        }
    }

    private static char letter(int width) {
        return switch (width) {
            case 1 -> 'b';
            case 2 -> 'w';
            case 4 -> 'l';
            case 8 -> 'q';
            default -> throw new IllegalArgumentException(width + " bytes");
        };
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
