/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.Ending;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.DeviceOptions;
import org.vfio4j.cli.source.FileParameter;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileType;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.management.control.CoreSource;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.mdev.Uuids;
import org.vfio4j.vfio.user.DeviceSource;
import org.vfio4j.vfio.user.VfioUserServer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio serve-device}: the options are those of the vhost-user and vfio-user programs. */
public final class ServeDeviceCommand implements Command {
    private static final String PATH = "--socket-path";
    private static final String FD = "--fd";
    private static final String UUID_OPTION = "--uuid";
    private static final int FIRST_FREE_FD = 3;

    @Override
    public String name() {
        return "serve-device";
    }

    @Override
    public String summary() {
        return "Serves one device over vfio-user, without a host around it";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio serve-device",
                        "vfio serve-device -p PARENT -t TYPE (--socket-path PATH | --fd FDNUM)%n"
                                + "                         [--uuid UUID] [--poll]",
                        "Makes a mediated device in this process and serves it over vfio-user in the foreground, until SIGINT"
                                + " (Ctrl-C) or SIGTERM; one on a connection that was handed over ends with that.",
                        "",
                        "Needs no root, no VFIO and no GPU. The socket is for the same user and root only.")
                .addOption(DeviceOptions.parent())
                .addOption(DeviceOptions.type())
                .addOption(Options.value("UUID", "the device's name, else a new one", "-u", UUID_OPTION)
                        .build())
                .addOption(Options.value("PATH", "listen there; a dead server's socket is replaced", PATH)
                        .build())
                .addOption(Options.value("FDNUM", "an open socket instead: one that listens, or a connection", FD)
                        .build())
                .addOption(PollOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio serve-device -p mbochs -t mbochs-small --socket-path /tmp/gpu.sock",
                                "qemu-system-x86_64 ... -device \\",
                                "'{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":\"/tmp/gpu.sock\"}}'"),
                        "0  it ran and was ended",
                        "1  the device cannot be made: no capacity left",
                        "2  the command line was wrong",
                        "3  not possible here: no such parent or type, somebody listens there already"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        String path = line.matchedOptionValue(PATH, "");
        String fd = line.matchedOptionValue(FD, "");
        if (path.isEmpty() == fd.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE, "where to serve is to be said once", "Use --socket-path PATH or --fd FDNUM.");
        }
        try (Ending ending = new Ending();
                UserHost host = UserHost.installed(List.of())) {
            serve(line, world.terminal(), host, ending);
        }
        return ExitCode.OK;
    }

    private static void serve(ParseResult line, Terminal terminal, UserHost host, Ending ending) {
        String path = line.matchedOptionValue(PATH, "");
        String uuid = line.matchedOptionValue(UUID_OPTION, "");
        HostDevice device = host.start(
                DeviceOptions.requiredParent(line),
                DeviceOptions.requiredType(line),
                uuid.isEmpty() ? UUID.randomUUID() : Uuids.parse(uuid));
        DeviceSource source =
                new CoreSource(host, host.core().device(device.name()).orElseThrow());
        boolean polling = line.hasMatchedOption(PollOption.NAME);
        ending.listen();
        try (VfioUserServer server = path.isEmpty()
                ? handed(line.matchedOptionValue(FD, ""), source, polling)
                : listening(FileParameter.path(path), source, polling)) {
            terminal.out().println(device.name() + " is served" + (path.isEmpty() ? "" : " at " + path) + ".");
            terminal.out().flush();
            Thread.ofPlatform().daemon().start(() -> endWith(server, ending));
            ending.await();
        }
    }

    private static void endWith(VfioUserServer server, Ending ending) {
        try {
            server.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ending.now();
    }

    private static VfioUserServer listening(Path path, DeviceSource source, boolean polling) {
        try {
            return VfioUserServer.listen(path, source, polling);
        } catch (LinuxException e) {
            boolean isSocket = FileType.isSocket(path);
            String why = switch (e.errno()) {
                case Errno.EADDRINUSE ->
                    isSocket
                            ? "another server listens at " + path
                            : "there is a file at " + path + " that is no socket; it is left alone";
                case Errno.ENOENT -> "the folder of " + path + " is not there";
                case Errno.EINVAL -> path + " is longer than a socket's path can be, 107 bytes";
                default -> "nobody can listen at " + path + ": " + Errno.text(e.errno());
            };
            throw new CommandException(
                    ExitCode.ENVIRONMENT, why, "Name another path" + (isSocket ? ", or end that server." : "."));
        }
    }

    private static VfioUserServer handed(String fd, DeviceSource source, boolean polling) {
        Fd socket = inherited(fd);
        try {
            return VfioUserServer.takeSocket(socket, source, polling);
        } catch (LinuxException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "descriptor " + fd + " is no open socket: " + Errno.text(e.errno()),
                    "Whoever starts this must leave a UNIX socket open under that number.");
        }
    }

    private static Fd inherited(String text) {
        try {
            int number = Integer.parseUnsignedInt(text);
            if (number >= FIRST_FREE_FD) {
                return Fd.take(number, "descriptor " + text);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new CommandException(
                ExitCode.USAGE, text + " is no descriptor that could be handed over", "It is a number, 3 or more.");
    }
}
