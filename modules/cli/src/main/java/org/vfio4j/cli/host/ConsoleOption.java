/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.fleet.InventoryOption;
import org.vfio4j.console.display.HostDisplays;
import org.vfio4j.console.web.Token;
import org.vfio4j.console.web.WebConsole;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.management.control.Folders;
import org.vfio4j.management.control.HostCommands;
import org.vfio4j.management.host.UserHost;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code --console}: the web console of the host that is served. */
final class ConsoleOption {
    /** Of its etcd: the first reading of many hosts takes seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String NAME = "--console";
    private static final String LOCAL = "127.0.0.1";
    private static final String DEFAULT = LOCAL + ":7650";
    private static final Pattern FORM = Pattern.compile("(?:(.+):)?(\\d{1,5})");

    private ConsoleOption() {}

    /** A console that is served, with its token; or none. */
    record Served(@Nullable WebConsole console, @Nullable Token token, boolean isLocal) implements AutoCloseable {
        /** Says where it is and where its token. */
        void say(Terminal terminal) {
            if (console == null || token == null) {
                return;
            }
            terminal.entry("console", console.url() + "/");
            terminal.entry("token", token.file() + ", or open " + console.url() + "/login#$(cat " + token.file() + ")");
            if (!isLocal) {
                terminal.entry(
                        "warning",
                        "whoever can read this network's traffic can read the token: there is no TLS. ssh -L brings a"
                                + " console on " + LOCAL + " to another machine.");
            }
        }

        @Override
        public void close() {
            if (console != null) {
                console.close();
            }
            if (token != null) {
                token.close();
            }
        }
    }

    static OptionSpec spec() {
        return OptionSpec.builder(NAME)
                .type(String.class)
                .arity("0..1")
                .fallbackValue(DEFAULT)
                .paramLabel("ADDR")
                .description("also a web console, at " + DEFAULT + " or another address and port")
                .build();
    }

    /** {@code --inventory}, for the console alone. */
    static OptionSpec inventory() {
        return Options.value("WHERE", "", InventoryOption.NAME)
                .description("many hosts in the console too: as vfio fleet --help has it")
                .build();
    }

    /** Serves it if the line asks for it. */
    static Served open(
            ParseResult line,
            World world,
            Folders folders,
            UserHost host,
            HostDisplays displays,
            HostCommands commands) {
        if (!line.hasMatchedOption(NAME)) {
            return new Served(null, null, true);
        }
        InetSocketAddress at = address(line.matchedOptionValue(NAME, DEFAULT));
        FleetInventory inventory =
                InventoryOption.isGiven(line, world) ? InventoryOption.open(line, world, PATIENCE) : null;
        Token token = Token.in(folders.consoleToken());
        try {
            WebConsole console = WebConsole.open(host, displays, commands, inventory, token, at);
            return new Served(console, token, at.getAddress().isLoopbackAddress());
        } catch (NoClassDefFoundError e) {
            token.close();
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "the console's libraries are not on the module path",
                    "The launcher puts them there: run ./vfio serve --console.");
        } catch (RuntimeException e) {
            token.close();
            throw e;
        }
    }

    private static InetSocketAddress address(String text) {
        Matcher form = FORM.matcher(text);
        if (form.matches() && Integer.parseInt(form.group(2)) <= 65_535) {
            String host = Optional.ofNullable(form.group(1)).orElse(LOCAL);
            try {
                InetAddress address =
                        InetAddress.ofLiteral(host.equals("localhost") ? LOCAL : host.replaceAll("^\\[(.*)]$", "$1"));
                return new InetSocketAddress(address, Integer.parseInt(form.group(2)));
            } catch (IllegalArgumentException e) {
                // said below
            }
        }
        throw new CommandException(
                ExitCode.USAGE,
                NAME + " is an address and a port, such as " + DEFAULT + " or [::1]:7650, not " + text,
                "A port alone is one of " + LOCAL + "; port 0 is any that is free.");
    }
}
