/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.World;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.linux.FileType;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.host.KernelHost;
import org.vfio4j.management.host.SocketHost;
import org.vfio4j.management.snapshot.SnapshotException;
import org.vfio4j.management.snapshot.SnapshotReader;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code --host}: which host is asked. */
public final class HostOption {
    private static final String NAME = "--host";
    private static final String KERNEL = "kernel";
    private static final String ALL = "";
    private static final String USER = "user";
    private static final String DEMO = "demo";

    private HostOption() {}

    public static OptionSpec spec() {
        return Options.value("HOST", "", NAME)
                .description(
                        "kernel: this machine's kernel",
                        "user: the running user-space host (vfio serve); without --host, it and the kernel",
                        "demo: a host inside this process, with one device of every sample type",
                        "DIR: a captured tree, with sys and, as far as it was captured, dev and proc in it",
                        "FILE: a snapshot, as vfio snapshot writes it",
                        "SOCKET: the device on a vfio-user socket")
                .completionCandidates(List.of(KERNEL, USER, DEMO))
                .build();
    }

    /** Whether another host than the running one was named. */
    public static boolean isGivenButUser(ParseResult line) {
        return line.hasMatchedOption(NAME)
                && !line.matchedOptionValue(NAME, USER).equals(USER);
    }

    /** Whether no host was named, so that it is all of this machine. */
    public static boolean isAll(ParseResult line) {
        return line.matchedOptionValue(NAME, ALL).equals(ALL);
    }

    /** Whether the host is on this machine, and not one of which something was written down. */
    public static boolean isThisMachine(ParseResult line) {
        return List.of(ALL, KERNEL, USER, DEMO).contains(line.matchedOptionValue(NAME, ALL));
    }

    /** The host that was named; the caller closes it. */
    public static Source open(ParseResult line, World world) {
        return open(line.matchedOptionValue(NAME, ALL), line, world);
    }

    /** The host of that name or file; the caller closes it. */
    public static Source open(String host, ParseResult line, World world) {
        return switch (host) {
            case ALL -> all(line, world);
            case KERNEL -> kernel(world);
            case USER -> new RunningSource(FolderOptions.require(line, world));
            case DEMO -> new LiveSource("the demo", world.demo().get());
            default -> captured(host);
        };
    }

    /** The same, refused if it has nothing of VFIO at all. */
    public static Source openWithVfio(ParseResult line, World world) {
        Source source = open(line, world);
        if (source instanceof LiveSource live && live.host() instanceof KernelHost kernel && !kernel.hasVfio()) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    live.name()
                            + " has no VFIO: there is neither /dev/vfio nor a mediated device or its parent in /sys",
                    "On a host with devices to pass on, load vfio_pci or the vendor's driver of mediated devices"
                            + " (modprobe, as root); into a container, pass /dev/vfio. Without either, see vfio demo and vfio serve.");
        }
        return source;
    }

    /**
     * The host of the devices that were named: if all of them are vfio-user sockets, these; else the host that was named, refused if it has
     * nothing of VFIO at all. Only where a host was named can a path be the name of a device that is not here, as in a snapshot.
     */
    public static Source openFor(List<String> names, ParseResult line, World world) {
        List<Path> sockets = names.stream()
                .map(Path::of)
                .filter(path -> FileType.isSocket(path))
                .toList();
        if (!names.isEmpty() && sockets.size() == names.size()) {
            return sockets(sockets);
        }
        if (!line.hasMatchedOption(NAME)) {
            requireNoPaths(names);
        }
        return openWithVfio(line, world);
    }

    private static void requireNoPaths(List<String> names) {
        for (String name : names) {
            if (!name.contains("/")) {
                continue;
            }
            Path path = Path.of(name);
            if (FileType.isSocket(path)) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "devices on vfio-user sockets and others are named together",
                        "Name them one after the other.");
            }
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    Files.exists(path) ? path + " is no socket" : "there is no socket " + path,
                    "A device's name has no slash, and the path of a vfio-user socket is there while it is served: vfio serve,"
                            + " vfio serve-device.");
        }
    }

    private static LiveSource kernel(World world) {
        return new LiveSource("this machine", new KernelHost(world.root()));
    }

    private static Source all(ParseResult line, World world) {
        LiveSource kernel = kernel(world);
        Optional<RunningSource> user = FolderOptions.running(line, world).map(RunningSource::new);
        if (user.isEmpty()) {
            return kernel;
        }
        return new KernelHost(world.root()).hasVfio() ? new CombinedSource(kernel, user.get()) : user.get();
    }

    private static Source captured(String host) {
        Path path = path(host);
        if (Files.isDirectory(path)) {
            if (!Files.isDirectory(path.resolve("sys"))) {
                throw new CommandException(
                        ExitCode.ENVIRONMENT,
                        host + " is no captured tree: there is no folder sys in it",
                        "Name the folder that sys lies in.");
            }
            return new LiveSource("the captured tree " + host, new KernelHost(Root.at(path)));
        }
        if (Files.isRegularFile(path)) {
            return snapshot(host, path);
        }
        if (FileType.isSocket(path)) {
            return sockets(List.of(path));
        }
        throw new CommandException(
                ExitCode.ENVIRONMENT,
                "there is no host " + host,
                "Use kernel, user, demo, the folder of a captured tree, the file of a snapshot, or a vfio-user socket.");
    }

    private static Source snapshot(String host, Path path) {
        try {
            if (Files.size(path) > SnapshotReader.MAX_BYTES) {
                throw new SnapshotException(host, "larger than " + (SnapshotReader.MAX_BYTES >> 20) + " MB");
            }
            return new RecordedSource(SnapshotReader.read(Files.readAllBytes(path)));
        } catch (SnapshotException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "cannot read " + host + " as a snapshot: " + e.getMessage(),
                    "Take a new one on the host: vfio snapshot FILE.");
        } catch (IOException e) {
            throw new CommandException(ExitCode.ENVIRONMENT, "cannot read " + host + ": " + FileTrouble.words(e), "");
        }
    }

    /** The devices on these vfio-user sockets. */
    private static LiveSource sockets(List<Path> sockets) {
        return new LiveSource("a vfio-user socket", new SocketHost(sockets));
    }

    private static Path path(String host) {
        try {
            return Path.of(host);
        } catch (InvalidPathException e) {
            throw new CommandException(ExitCode.USAGE, "no file can be called " + host, "See vfio list --help.");
        }
    }
}
