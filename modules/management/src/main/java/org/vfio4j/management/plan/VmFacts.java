/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.domain.DomainXml;
import org.vfio4j.management.domain.Graphics;
import org.vfio4j.management.rule.Version;

/**
 * What is known of a virtual machine and of what will run it.
 *
 * @param qemuOrNull QEMU's version
 * @param libvirtOrNull libvirt's version
 * @param machineOrNull the machine type, such as {@code q35}
 * @param architectureOrNull the guest's, such as {@code x86_64}
 * @param consolesOrNull the consoles it has; null if the planner is to choose
 * @param renderNode what OpenGL consoles would draw with
 * @param sharesMemoryOrNull whether its memory can be mapped by another process
 * @param videosOrNull the emulated video devices it has, {@code none} for none; null if the planner is to choose
 * @param hasIommuOrNull whether it has a virtual IOMMU
 */
public record VmFacts(
        @Nullable Version qemuOrNull,
        @Nullable Version libvirtOrNull,
        @Nullable String machineOrNull,
        @Nullable String architectureOrNull,
        @Nullable List<Console> consolesOrNull,
        RenderNode renderNode,
        @Nullable Boolean sharesMemoryOrNull,
        @Nullable List<String> videosOrNull,
        @Nullable Boolean hasIommuOrNull) {
    /** Nothing is known. */
    public static final VmFacts UNKNOWN =
            new VmFacts(null, null, null, null, null, new RenderNode.Unknown(), null, null, null);

    public VmFacts {
        consolesOrNull = consolesOrNull == null ? null : List.copyOf(consolesOrNull);
        videosOrNull = videosOrNull == null ? null : List.copyOf(videosOrNull);
    }

    /** These facts with what a domain XML says in their place; a domain without graphics lets the planner choose them. */
    public VmFacts with(DomainXml domain) {
        List<Console> consoles = domain.graphics().stream()
                .map(graphics -> Console.of(graphics.type(), graphics.hasGl()))
                .flatMap(Optional::stream)
                .toList();
        List<String> videos = domain.videos();
        RenderNode named = domain.graphics().stream()
                .map(Graphics::renderNode)
                .flatMap(Optional::stream)
                .<RenderNode>map(RenderNode.At::new)
                .findFirst()
                .orElse(renderNode);
        return new VmFacts(
                qemuOrNull,
                libvirtOrNull,
                domain.machine().orElse(machineOrNull),
                domain.architecture().orElse(architectureOrNull),
                consoles.isEmpty() ? consolesOrNull : consoles,
                named,
                domain.sharesMemory(),
                videos.isEmpty() ? videosOrNull : videos,
                domain.hasIommu());
    }

    /** The same of another QEMU and libvirt. */
    public VmFacts versions(@Nullable Version qemu, @Nullable Version libvirt) {
        return new VmFacts(
                qemu,
                libvirt,
                machineOrNull,
                architectureOrNull,
                consolesOrNull,
                renderNode,
                sharesMemoryOrNull,
                videosOrNull,
                hasIommuOrNull);
    }

    /** The same with other consoles. */
    public VmFacts consoles(@Nullable List<Console> consoles) {
        return new VmFacts(
                qemuOrNull,
                libvirtOrNull,
                machineOrNull,
                architectureOrNull,
                consoles,
                renderNode,
                sharesMemoryOrNull,
                videosOrNull,
                hasIommuOrNull);
    }

    /** The same with another render node. */
    public VmFacts renderNode(RenderNode node) {
        return new VmFacts(
                qemuOrNull,
                libvirtOrNull,
                machineOrNull,
                architectureOrNull,
                consolesOrNull,
                node,
                sharesMemoryOrNull,
                videosOrNull,
                hasIommuOrNull);
    }

    /** The same on another machine type. */
    public VmFacts machine(@Nullable String machine, @Nullable String architecture) {
        return new VmFacts(
                qemuOrNull,
                libvirtOrNull,
                machine,
                architecture,
                consolesOrNull,
                renderNode,
                sharesMemoryOrNull,
                videosOrNull,
                hasIommuOrNull);
    }

    public Optional<Version> qemu() {
        return Optional.ofNullable(qemuOrNull);
    }

    public Optional<Version> libvirt() {
        return Optional.ofNullable(libvirtOrNull);
    }

    public Optional<String> machine() {
        return Optional.ofNullable(machineOrNull);
    }

    public Optional<String> architecture() {
        return Optional.ofNullable(architectureOrNull);
    }

    public Optional<List<Console>> consoles() {
        return Optional.ofNullable(consolesOrNull);
    }

    public Optional<List<String>> videos() {
        return Optional.ofNullable(videosOrNull);
    }

    /** Whether it has an emulated video device, as far as that is known. */
    public Optional<Boolean> hasEmulatedVideo() {
        return videos().map(videos -> videos.stream().anyMatch(video -> !video.equals("none")));
    }
}
