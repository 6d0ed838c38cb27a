/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.show;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.console.rfb.Access;
import org.vfio4j.console.rfb.DevicePorts;
import org.vfio4j.linux.FileTrouble;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Where viewers connect, and what they have to know. */
public final class VncOptions {
    private static final String PASSWORD_FILE = "--password-file";
    private static final Pattern ADDRESS = Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([^:\\[\\]]*))(?::(\\d{1,5}))?");
    private static final int LETTERS = 8;
    private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private static final int MAX_PORT = 65535;

    private VncOptions() {}

    /** The option that names an address. */
    public static OptionSpec address(String name, String description) {
        return Options.value("ADDR[:PORT]", description, name).build();
    }

    public static OptionSpec passwordFile() {
        return Options.value(
                        "FILE",
                        "viewers' password: the first line, of which 8 characters count; else one is made up and"
                                + " printed",
                        PASSWORD_FILE)
                .build();
    }

    /** Of {@code ADDR}, {@code ADDR:PORT} or {@code :PORT}; without an address loopback, without a port VNC's first one. */
    public static InetSocketAddress parse(String text) {
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches()) {
            throw wrong(text);
        }
        int port = matcher.group(3) == null ? DevicePorts.FIRST : Integer.parseInt(matcher.group(3));
        String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        if (port > MAX_PORT) {
            throw wrong(text);
        }
        try {
            boolean isHere = host.isEmpty() || host.equals("localhost");
            return new InetSocketAddress(InetAddress.ofLiteral(isHere ? "127.0.0.1" : host), port);
        } catch (IllegalArgumentException e) {
            throw wrong(text);
        }
    }

    /** What viewers have to know: what the file says, or what has just been made up. */
    public static Access.Password password(ParseResult line) {
        String file = line.matchedOptionValue(PASSWORD_FILE, "");
        return new Access.Password(file.isEmpty() ? madeUp() : read(file));
    }

    /** Says where viewers connect, and what is to be thought of. */
    public static void say(Terminal terminal, InetSocketAddress address, Access.Password access, ParseResult line) {
        if (line.matchedOptionValue(PASSWORD_FILE, "").isEmpty()) {
            terminal.entry("password", access.password());
        }
        if (!address.getAddress().isLoopbackAddress()) {
            terminal.entry(
                    "note",
                    "VNC encrypts nothing, and its password keeps out only who cannot listen; over a network better"
                            + " listen on 127.0.0.1 and tunnel (ssh -L " + address.getPort() + ":127.0.0.1:"
                            + address.getPort() + ")");
        }
    }

    private static String madeUp() {
        SecureRandom random = new SecureRandom();
        StringBuilder made = new StringBuilder(LETTERS);
        for (int i = 0; i < LETTERS; i++) {
            made.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return made.toString();
    }

    private static String read(String file) {
        try {
            List<String> lines = Files.readAllLines(Path.of(file));
            if (!lines.isEmpty() && !lines.getFirst().isEmpty()) {
                return lines.getFirst();
            }
            throw new CommandException(ExitCode.ENVIRONMENT, "there is no password in " + file, "");
        } catch (IOException | InvalidPathException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT, "the password cannot be read from " + file + ": " + FileTrouble.words(e), "");
        }
    }

    private static CommandException wrong(String text) {
        return new CommandException(
                ExitCode.USAGE, text + " is no address", "Write 127.0.0.1, 127.0.0.1:5901, :5901 or [::1]:5901.");
    }
}
