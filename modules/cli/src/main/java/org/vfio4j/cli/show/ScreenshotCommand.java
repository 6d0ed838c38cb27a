/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.show;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.FileParameter;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.OneDevice;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.display.Frame;
import org.vfio4j.vfio.display.Scanout;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio screenshot}. */
public final class ScreenshotCommand implements Command {
    private static final FileParameter FILE = new FileParameter(1, "FILE.png");

    @Override
    public String name() {
        return "screenshot";
    }

    @Override
    public String summary() {
        return "Writes what a device shows to a PNG file";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio screenshot",
                        "vfio screenshot DEVICE FILE.png [--host HOST] [--run-dir DIR]",
                        "Writes the picture that a device shows now, from its region or its dma-buf.")
                .addPositional(OneDevice.parameter())
                .addPositional(FILE.spec("1", "the file, which is replaced if it is there"))
                .addOption(HostOption.spec())
                .addOption(FolderOptions.run());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio screenshot 1f0f2d6a desk.png",
                                "vfio screenshot /tmp/gpu.sock desk.png     whoever serves it"),
                        "0  the picture is there",
                        "1  the device shows nothing now",
                        "2  the command line was wrong",
                        "3  not possible here: no such device, no display, in use, not mappable"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        String file = FILE.text(line);
        if (file.isEmpty()) {
            throw new CommandException(ExitCode.USAGE, "no file is named", "vfio screenshot DEVICE FILE.png");
        }
        return OneDevice.use(line, world, device -> shoot(device, FileParameter.path(file), world.terminal()));
    }

    private static int shoot(VfioDevice device, Path file, Terminal terminal) {
        try (Scanout scanout = Scanout.of(device)) {
            Frame frame = scanout.look().orElse(null);
            if (frame == null) {
                terminal.error("the device shows nothing now", "Its guest has not set a mode yet.");
                return ExitCode.FINDINGS;
            }
            PngFile.write(frame, file);
            terminal.out()
                    .println(frame.width() + "x" + frame.height() + " "
                            + frame.format().letters() + ", by "
                            + scanout.kind().word() + ": " + Terminal.printable(file.toString()));
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT, "the file " + file + " cannot be written: " + FileTrouble.words(e), "");
        }
    }
}
