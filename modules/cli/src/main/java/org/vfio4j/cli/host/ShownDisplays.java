/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.show.VncOptions;
import org.vfio4j.console.display.HostDisplays;
import org.vfio4j.console.rfb.Access;
import org.vfio4j.console.rfb.DevicePorts;
import org.vfio4j.management.control.Folders;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.UserHost;
import picocli.CommandLine.ParseResult;

/** The ports on which a running host's displays are shown to VNC viewers, if it was told to. */
final class ShownDisplays implements AutoCloseable {
    private final @Nullable Shown shown;
    private final ParseResult line;

    private record Shown(DevicePorts ports, InetSocketAddress first, Access.Password access) {}

    private ShownDisplays(@Nullable Shown shown, ParseResult line) {
        this.shown = shown;
        this.line = line;
    }

    /**
     * @param address what was said to {@code --vnc}; empty if nothing was
     */
    static ShownDisplays of(UserHost host, HostDisplays displays, Folders folders, String address, ParseResult line) {
        if (address.isEmpty()) {
            return new ShownDisplays(null, line);
        }
        InetSocketAddress first = VncOptions.parse(address);
        Access.Password access = VncOptions.password(line);
        DevicePorts ports = DevicePorts.open(host.core(), displays, access, first, folders.devices());
        return new ShownDisplays(new Shown(ports, first, access), line);
    }

    List<Finding> findings() {
        return shown == null ? List.of() : shown.ports().findings();
    }

    void say(Terminal terminal) {
        if (shown != null) {
            terminal.entry(
                    "viewers",
                    "VNC at " + DevicePorts.shown(shown.first())
                            + " and the ports after it; devices/NAME.vnc says which");
            VncOptions.say(terminal, shown.first(), shown.access(), line);
        }
    }

    @Override
    public void close() {
        if (shown != null) {
            shown.ports().close();
        }
    }
}
