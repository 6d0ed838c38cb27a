/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.Options;
import org.vfio4j.management.plan.Console;
import org.vfio4j.management.plan.RenderNode;
import org.vfio4j.management.plan.Resolution;
import org.vfio4j.management.plan.VmFacts;
import org.vfio4j.management.plan.Wish;
import org.vfio4j.management.plan.Wishes;
import org.vfio4j.management.rule.Version;
import org.vfio4j.management.snapshot.Platform;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** What {@code vfio plan} is told of the machine, and what is wished for. What it is not told it takes from the devices' machine. */
final class PlanOptions {
    private static final String DISPLAY = "--display";
    private static final String RAMFB = "--ramfb";
    private static final String MIGRATION = "--migration";
    private static final String RESOLUTION = "--resolution";
    private static final String GRAPHICS = "--graphics";
    private static final String RENDER_NODE = "--render-node";
    private static final String QEMU = "--qemu";
    private static final String LIBVIRT = "--libvirt";
    private static final String MACHINE = "--machine";
    private static final String NONE = "none";

    private PlanOptions() {}

    static CommandSpec addTo(CommandSpec spec) {
        List<String> wishes = Arrays.stream(Wish.values()).map(Wish::word).toList();
        return spec.addOption(Options.value("WISH", "the guest's picture is seen: auto (default), on or off", DISPLAY)
                        .completionCandidates(wishes)
                        .build())
                .addOption(Options.value("WISH", "the device shows the firmware's screen too", RAMFB)
                        .completionCandidates(wishes)
                        .build())
                .addOption(Options.value("WISH", "on: no plan unless the device can migrate", MIGRATION)
                        .completionCandidates(wishes)
                        .build())
                .addOption(Options.value("WxH", "the size the guest begins with, such as 1280x800", RESOLUTION)
                        .build())
                .addOption(Options.value("LIST", "the machine's graphics, with commas, or none: " + known(), GRAPHICS)
                        .build())
                .addOption(Options.value("PATH", "what OpenGL draws with, or none; else looked up here", RENDER_NODE)
                        .build())
                .addOption(Options.value("VERSION", "QEMU's version; else that of the devices' machine", QEMU)
                        .build())
                .addOption(Options.value("VERSION", "libvirt's version; else that of the devices' machine", LIBVIRT)
                        .build())
                .addOption(Options.value("TYPE", "the machine type, such as q35 or s390-ccw-virtio", MACHINE)
                        .build());
    }

    static Wishes wishes(ParseResult line, Wishes.Manager manager) {
        return new Wishes(
                wish(line, DISPLAY),
                wish(line, RAMFB),
                wish(line, MIGRATION),
                option(
                        line,
                        RESOLUTION,
                        text -> Resolution.parse(text).orElseThrow(() -> wrong(RESOLUTION, text, "such as 1280x800"))),
                manager);
    }

    /**
     * What the line says of the machine.
     *
     * @param installed what the devices' machine has, asked for what the line does not say
     * @param found the devices' machine's GPU node, asked for the same
     */
    static VmFacts machine(ParseResult line, Supplier<Platform> installed, Supplier<RenderNode> found) {
        Version qemu = option(line, QEMU, text -> version(QEMU, text));
        Version libvirt = option(line, LIBVIRT, text -> version(LIBVIRT, text));
        RenderNode node =
                option(line, RENDER_NODE, text -> text.equals(NONE) ? new RenderNode.None() : new RenderNode.At(text));
        Platform platform = qemu == null || libvirt == null ? installed.get() : Platform.UNKNOWN;
        return VmFacts.UNKNOWN
                .versions(
                        qemu == null ? known(platform.qemuVersionOrNull()) : qemu,
                        libvirt == null ? known(platform.libvirtVersionOrNull()) : libvirt)
                .renderNode(node == null ? found.get() : node)
                .machine(option(line, MACHINE, Function.identity()), null)
                .consoles(option(line, GRAPHICS, PlanOptions::consoles));
    }

    private static @Nullable Version known(@Nullable String version) {
        return version == null ? null : Version.find(version).orElse(null);
    }

    private static List<Console> consoles(String text) {
        List<Console> consoles = new ArrayList<>();
        if (text.equals(NONE)) {
            return consoles;
        }
        for (String word : text.split(",", -1)) {
            consoles.add(
                    Console.find(word.strip()).orElseThrow(() -> wrong(GRAPHICS, word, "none or among: " + known())));
        }
        return consoles;
    }

    private static String known() {
        return String.join(
                ", ", Arrays.stream(Console.values()).map(Console::word).toList());
    }

    private static Wish wish(ParseResult line, String name) {
        Wish wish = option(
                line,
                name,
                text -> Arrays.stream(Wish.values())
                        .filter(known -> known.word().equals(text))
                        .findFirst()
                        .orElseThrow(() -> wrong(name, text, "auto, on or off")));
        return wish == null ? Wish.AUTO : wish;
    }

    private static Version version(String name, String text) {
        return Version.parse(text).orElseThrow(() -> wrong(name, text, "a version such as 11.1"));
    }

    private static <T> @Nullable T option(ParseResult line, String name, Function<String, T> read) {
        String text = line.matchedOptionValue(name, null);
        return text == null ? null : read.apply(text);
    }

    private static CommandException wrong(String name, String text, String expected) {
        return new CommandException(ExitCode.USAGE, name + " is " + expected + ", not " + text, "");
    }
}
