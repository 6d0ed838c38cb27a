/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The Linux inside, which takes commands on a serial line; {@code testbed/qemu-guest/agent} is its end of it. For one thread. */
final class Guest {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int MAX_LINE = 4000;

    /** The agent's answer: the command's number, its exit code, the length of its output in bytes. */
    private static final Pattern DONE = Pattern.compile("(\\d+) (\\d+) (\\d+)");

    private final InputStream in;
    private final OutputStream out;
    private final Supplier<String> console;
    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    private int number;

    private sealed interface Message {
        /** The guest has booted. */
        record Ready() implements Message {}

        /** A command has been run. */
        record Done(int number, Result result) implements Message {}

        /** The line is cut. */
        record End(String why) implements Message {}
    }

    /** What a command left: its exit code, and what it wrote to stdout and stderr. */
    record Result(int exitCode, String out) {}

    /**
     * @param console tells what the guest's console showed, for the message of a failure
     */
    Guest(SocketChannel line, Supplier<String> console) {
        this.in = new BufferedInputStream(Channels.newInputStream(line));
        this.out = Channels.newOutputStream(line);
        this.console = console;
        Thread.ofVirtual().name("guest").start(this::readAll);
    }

    /** Waits until the guest has booted. */
    void awaitBoot() throws InterruptedException {
        Message first = take("the guest's boot");
        if (!(first instanceof Message.Ready)) {
            throw failure("the guest did not boot: " + first);
        }
    }

    /** Runs a script of busybox's shell. */
    Result run(String script) throws IOException, InterruptedException {
        int asked = ++number;
        String line = asked + " " + Base64.getEncoder().encodeToString(script.getBytes(StandardCharsets.UTF_8)) + "\n";
        if (line.length() > MAX_LINE) {
            throw new IllegalArgumentException(
                    "the guest's terminal holds " + MAX_LINE + " characters, not " + line.length());
        }
        out.write(line.getBytes(StandardCharsets.US_ASCII));
        return switch (take("the end of: " + script)) {
            case Message.Done done when done.number() == asked -> done.result();
            case Message.Done done ->
                throw failure("the answer to command " + done.number() + " instead of: " + script);
            case Message.Ready _ -> throw failure("the guest booted again during: " + script);
            case Message.End end -> throw failure("the line was cut (" + end.why() + ") during: " + script);
        };
    }

    /** Runs a script that has to work, and returns what it wrote. */
    String must(String script) throws IOException, InterruptedException {
        Result result = run(script);
        if (result.exitCode() != 0) {
            throw failure(script + "\nended with " + result.exitCode() + ": " + result.out());
        }
        return result.out();
    }

    /** Waits, within a bound, until a condition of the shell holds. */
    void await(String condition) throws IOException, InterruptedException {
        must("i=0; until " + condition + "; do i=$((i + 1)); [ $i -lt 12000 ] || exit 1; usleep 20000; done");
    }

    /** The sysfs folders of the PCI functions with these ids, a line each. */
    String functions(int vendor, int device) throws IOException, InterruptedException {
        return must("for f in /sys/bus/pci/devices/*; do [ \"$(cat $f/vendor) $(cat $f/device)\" != '%#06x %#06x' ] || echo $f; done"
                        .formatted(vendor, device))
                .strip();
    }

    private Message take(String what) throws InterruptedException {
        Message message = messages.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (message == null) {
            throw failure("no answer in " + PATIENCE.toSeconds() + " s, waiting for " + what);
        }
        return message;
    }

    private AssertionError failure(String what) {
        return new AssertionError(what + "\n--- console\n" + console.get());
    }

    private void readAll() {
        try {
            while (true) {
                messages.add(read());
            }
        } catch (IOException | RuntimeException e) {
            messages.add(new Message.End(e.toString()));
        }
    }

    private Message read() throws IOException {
        String line = line();
        if (line.equals("ready")) {
            return new Message.Ready();
        }
        Matcher done = DONE.matcher(line);
        if (!done.matches()) {
            throw new IOException("the guest said: " + line);
        }
        byte[] output = in.readNBytes(Integer.parseInt(done.group(3)));
        return new Message.Done(
                Integer.parseInt(done.group(1)),
                new Result(Integer.parseInt(done.group(2)), new String(output, StandardCharsets.UTF_8)));
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("QEMU has ended");
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
