/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.World;
import org.vfio4j.console.display.DisplaySource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.KernelHost;
import org.vfio4j.management.host.Usage;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.display.DisplayException;
import org.vfio4j.vfio.display.Scanout;
import org.vfio4j.vfio.user.Offer;
import org.vfio4j.vfio.user.VfioUserDevice;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The device that a command is about: found by its name, opened, and closed again. */
public final class OneDevice {
    private OneDevice() {}

    /** The parameter that names it, the first one. */
    public static PositionalParamSpec parameter() {
        return parameter(0);
    }

    /** The same as the parameter of that index. */
    public static PositionalParamSpec parameter(int index) {
        return PositionalParamSpec.builder()
                .index(String.valueOf(index))
                .paramLabel("DEVICE")
                .arity("1")
                .type(String.class)
                .description("UUID, PCI address or name, of which the first letters suffice, at least 4, or a vfio-user"
                        + " socket")
                .build();
    }

    /** Opens the device that the line names to be looked at, for as long as {@code use} takes. */
    public static <T> T use(ParseResult line, World world, Function<VfioDevice, T> use) {
        return use(line.matchedPositionalValue(0, ""), true, line, world, (device, opened) -> use.apply(opened));
    }

    /** Opens the device of that name, which nobody else may have open, for as long as {@code use} takes. */
    public static <T> T useAlone(
            String name, ParseResult line, World world, BiFunction<HostDevice, VfioDevice, T> use) {
        return use(name, false, line, world, use);
    }

    private static <T> T use(
            String name, boolean beside, ParseResult line, World world, BiFunction<HostDevice, VfioDevice, T> use) {
        if (name.isEmpty()) {
            throw new CommandException(ExitCode.USAGE, "no device is named", "vfio list shows what there is.");
        }
        try (Source source = HostOption.openFor(List.of(name), line, world)) {
            HostDevice device = Selection.of(List.of(name), source).getFirst();
            try (VfioDevice opened = open(device, beside, source, world)) {
                return use.apply(device, opened);
            } catch (DisplayException e) {
                throw new CommandException(ExitCode.ENVIRONMENT, device.name() + ": " + e.reason(), "");
            }
        }
    }

    /** Gives the display of the device that the line names, which is opened while somebody looks. */
    public static <T> T show(ParseResult line, World world, BiFunction<HostDevice, DisplaySource, T> use) {
        String name = line.matchedPositionalValue(0, "");
        if (name.isEmpty()) {
            throw new CommandException(ExitCode.USAGE, "no device is named", "vfio list shows what there is.");
        }
        try (Source source = HostOption.openFor(List.of(name), line, world)) {
            HostDevice device = Selection.of(List.of(name), source).getFirst();
            if (device.socket().isPresent()) {
                Path socket = Path.of(device.socket().get());
                if (tellsOfNoDisplay(device, socket)) {
                    throw new CommandException(ExitCode.ENVIRONMENT, device.name() + ": the device has no display", "");
                }
                return use.apply(device, DisplaySource.besideClientOf(socket));
            }
            try (VfioDevice opened = open(device, true, source, world);
                    Scanout _ = Scanout.of(opened)) {
                // it can be opened and has a display
            } catch (DisplayException e) {
                throw new CommandException(ExitCode.ENVIRONMENT, device.name() + ": " + e.reason(), "");
            }
            return use.apply(device, () -> open(device, true, source, world));
        }
    }

    /** By the handshake, which opens nothing; a server that tells nothing may have one. */
    private static boolean tellsOfNoDisplay(HostDevice device, Path socket) {
        try (VfioUserDevice asked = VfioUserDevice.connect(socket)) {
            Map<String, Boolean> told = asked.offer().orElse(Offer.NONE).features();
            return Boolean.FALSE.equals(told.get(Offer.DISPLAY_REGION))
                    && Boolean.FALSE.equals(told.get(Offer.DISPLAY_DMABUF));
        } catch (ErrnoException e) {
            throw failed(device, e);
        }
    }

    /**
     * @param beside whether it is enough to be its display beside whoever has it open
     */
    private static VfioDevice open(HostDevice device, boolean beside, Source source, World world) {
        Optional<String> socket = device.socket();
        boolean physical = device.kind() == DeviceKind.PCI || device.kind() == DeviceKind.PLATFORM;
        if (physical && socket.isEmpty()) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "opening " + device.name() + " would reset it",
                    "Only mediated devices and those on vfio-user sockets can be looked at.");
        }
        if ((socket.isEmpty() || !beside) && device.usage().isInUse()) {
            throw inUse(device, beside);
        }
        try {
            if (socket.isPresent()) {
                Path path = Path.of(socket.get());
                return device.usage().isInUse()
                        ? VfioUserDevice.connectDisplay(path)
                        : beside ? VfioUserDevice.connect(path) : attached(path);
            }
            return switch (source) {
                case LiveSource live -> live.host().open(device);
                case CombinedSource both -> openKernel(device, world);
                case RunningSource running -> throw new IllegalStateException(device.name() + " has no socket");
                case RecordedSource recorded ->
                    throw new CommandException(
                            ExitCode.USAGE,
                            "a snapshot has no devices to open",
                            "Run this on the host itself, without --host.");
            };
        } catch (OpenException e) {
            throw e.errno() == Errno.EBUSY ? inUse(device, beside) : failed(device, e);
        } catch (ErrnoException e) {
            throw e.errno() == Errno.EBUSY ? inUse(device, beside) : failed(device, e);
        }
    }

    /** The handshake is everybody's; the device is the one client's whose first request it answers. */
    private static VfioDevice attached(Path socket) {
        VfioUserDevice device = VfioUserDevice.connect(socket);
        try {
            device.info();
            return device;
        } catch (ErrnoException e) {
            device.close();
            throw e;
        }
    }

    private static VfioDevice openKernel(HostDevice device, World world) {
        try (KernelHost kernel = new KernelHost(world.root())) {
            return kernel.open(device);
        }
    }

    private static CommandException inUse(HostDevice device, boolean beside) {
        List<Usage.Holder> holders = device.usage().holders();
        return new CommandException(
                ExitCode.ENVIRONMENT,
                device.name() + " is in use"
                        + (holders.isEmpty() ? "" : " by " + holders.getFirst())
                        + (beside
                                ? ", and a kernel's VFIO device has one user at a time"
                                : ", so its state is not still"),
                beside
                        ? "Ask the machine that has it: virsh screenshot, or QEMU's screendump."
                        : "Take it from the machine that has it first (virsh detach-device, QEMU's device_del), or end"
                                + " the machine.");
    }

    private static CommandException failed(HostDevice device, ErrnoException e) {
        return new CommandException(
                ExitCode.ENVIRONMENT,
                device.name() + " cannot be opened: " + e.getMessage(),
                "See vfio probe " + device.name() + " for why.");
    }
}
