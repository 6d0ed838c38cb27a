/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.show;

import java.net.InetSocketAddress;
import java.util.List;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.Ending;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.OneDevice;
import org.vfio4j.console.display.DisplayFeed;
import org.vfio4j.console.display.DisplaySource;
import org.vfio4j.console.rfb.Access;
import org.vfio4j.console.rfb.DevicePorts;
import org.vfio4j.console.rfb.RfbServer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio vnc}. */
public final class VncCommand implements Command {
    private static final String LISTEN = "--listen";

    @Override
    public String name() {
        return "vnc";
    }

    @Override
    public String summary() {
        return "Shows a device's display to VNC viewers";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio vnc",
                        "vfio vnc DEVICE [--listen ADDR[:PORT]] [--password-file FILE]%n"
                                + "                [--host HOST] [--run-dir DIR]",
                        "Shows what a device shows to any number of VNC viewers, until SIGINT (Ctrl-C) or SIGTERM. A"
                                + " device of vfio serve, or on another socket of this library, is seen beside the machine"
                                + " that uses it; a kernel's device is taken for as long as a viewer looks, since it has"
                                + " one user at a time. A viewer whose window changes its size sets the device's EDID, if"
                                + " it has one.",
                        "",
                        "There is no keyboard and no pointer: these are the machine's, not the device's. VNC's"
                                + " password is weak (8 characters, DES) and nothing is encrypted: listen on loopback and"
                                + " tunnel.")
                .addPositional(OneDevice.parameter())
                .addOption(VncOptions.address(
                        LISTEN, "where; else 127.0.0.1, and the first port that is free from 5900 on"))
                .addOption(VncOptions.passwordFile())
                .addOption(HostOption.spec())
                .addOption(FolderOptions.run());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio vnc 1f0f2d6a",
                                "vncviewer 127.0.0.1:5900",
                                "vfio vnc /tmp/gpu.sock --listen 127.0.0.1:5907 --password-file secret"),
                        "0  it ran and was ended",
                        "2  the command line was wrong",
                        "3  not possible here: no such device, no display, in use, no free port"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        InetSocketAddress first = VncOptions.parse(line.matchedOptionValue(LISTEN, ""));
        Access.Password access = VncOptions.password(line);
        return OneDevice.show(line, world, (device, display) -> {
            serve(device.name(), display, first, access, line, world.terminal());
            return ExitCode.OK;
        });
    }

    private static void serve(
            String device,
            DisplaySource display,
            InetSocketAddress first,
            Access.Password access,
            ParseResult line,
            Terminal terminal) {
        try (Ending ending = new Ending();
                DisplayFeed feed = new DisplayFeed(device, display);
                RfbServer server = DevicePorts.listen(feed, access, first)) {
            ending.listen();
            InetSocketAddress address = server.address();
            terminal.out().println(device + " is shown to VNC viewers.");
            terminal.entry("address", DevicePorts.shown(address));
            VncOptions.say(terminal, address, access, line);
            terminal.out().println("Ready. Ctrl-C ends it.");
            terminal.out().flush();
            ending.await();
        }
    }
}
