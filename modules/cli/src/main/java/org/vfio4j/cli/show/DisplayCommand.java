/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.show;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.OneDevice;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.display.Damage;
import org.vfio4j.vfio.display.Edid;
import org.vfio4j.vfio.display.Frame;
import org.vfio4j.vfio.display.Monitor;
import org.vfio4j.vfio.display.PixelFormat;
import org.vfio4j.vfio.display.Refresh;
import org.vfio4j.vfio.display.Scanout;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio display}. */
public final class DisplayCommand implements Command {
    private static final String WATCH = "--watch";

    @Override
    public String name() {
        return "display";
    }

    @Override
    public String summary() {
        return "What a device shows: size, format, and what changes";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio display",
                        "vfio display DEVICE [--watch] [--host HOST] [--run-dir DIR] [-o FORM]",
                        "Tells how a device hands out its picture, by region or by dma-buf, and what it shows now.",
                        "",
                        "With --watch a line for every change follows, until it is interrupted: another mode, or how much"
                                + " of the picture changed.")
                .addPositional(OneDevice.parameter())
                .addOption(Options.flag("go on and tell every change", WATCH).build())
                .addOption(HostOption.spec())
                .addOption(FolderOptions.run())
                .addOption(OutputOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio display 1f0f2d6a", "vfio display 1f0f2d6a --watch"),
                        "0  the device shows a picture",
                        "1  the device shows nothing now",
                        "2  the command line was wrong",
                        "3  not possible here: no such device, no display, in use"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        boolean watch = line.hasMatchedOption(WATCH);
        return OneDevice.use(line, world, device -> show(device, watch, form, world.terminal()));
    }

    private static int show(VfioDevice device, boolean watch, OutputOption.Form form, Terminal terminal) {
        try (Scanout scanout = Scanout.of(device)) {
            Optional<GfxPlane> plane = scanout.plane();
            @Nullable
            String monitor = Monitor.of(device)
                    .flatMap(connected -> Edid.preferred(connected.edid()))
                    .map(Edid.Size::toString)
                    .orElse(null);
            form.print(
                    terminal,
                    () -> json(scanout.kind(), plane, monitor),
                    () -> table(scanout.kind(), plane, monitor, terminal));
            terminal.out().flush();
            if (watch) {
                watch(scanout, terminal);
            }
            return plane.isPresent() ? ExitCode.OK : ExitCode.FINDINGS;
        }
    }

    private static void table(
            Scanout.Kind kind, Optional<GfxPlane> plane, @Nullable String monitor, Terminal terminal) {
        terminal.entry("way", "by " + kind.word());
        terminal.entry(
                "shows",
                plane.map(p -> p.width() + "x" + p.height() + ", " + PixelFormat.letters(p.format()) + ", " + p.stride()
                                + " bytes a line")
                        .orElse("nothing now"));
        terminal.entry("monitor", monitor == null ? "none that it was told of" : monitor);
    }

    private static ObjectNode json(Scanout.Kind kind, Optional<GfxPlane> plane, @Nullable String monitor) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("schema", 1).put("kind", kind.word());
        if (plane.isPresent()) {
            GfxPlane shown = plane.get();
            node.putObject("plane")
                    .put("width", shown.width())
                    .put("height", shown.height())
                    .put("format", PixelFormat.letters(shown.format()))
                    .put("stride", shown.stride())
                    .put("size", Integer.toUnsignedLong(shown.size()))
                    .put("id", shown.id());
        } else {
            node.putNull("plane");
        }
        return node.put("monitor", monitor);
    }

    /** Until the process is interrupted, or the device is gone. */
    private static void watch(Scanout scanout, Terminal terminal) {
        Refresh refresh = new Refresh();
        try (Damage damage = new Damage()) {
            while (!Thread.currentThread().isInterrupted()) {
                Optional<Frame> frame = scanout.look();
                if (frame.isEmpty()) {
                    if (damage.kept() != null) {
                        terminal.out().println("nothing");
                    }
                    damage.clear();
                } else {
                    tell(frame.get(), damage, refresh, terminal);
                }
                terminal.out().flush();
                refresh.await();
            }
        }
    }

    private static void tell(Frame frame, Damage damage, Refresh refresh, Terminal terminal) {
        boolean other = damage.kept() == null || !frame.isLike(damage.kept());
        List<Damage.Rectangle> parts = damage.update(frame);
        refresh.seen(!parts.isEmpty());
        if (other) {
            terminal.out()
                    .println(frame.width() + "x" + frame.height() + " "
                            + frame.format().letters());
        } else if (!parts.isEmpty()) {
            long pixels = parts.stream()
                    .mapToLong(part -> (long) part.width() * part.height())
                    .sum();
            long percent = Math.max(1, 100 * pixels / ((long) frame.width() * frame.height()));
            terminal.out().println("changed " + percent + " % in " + parts.size() + " places");
        }
    }
}
