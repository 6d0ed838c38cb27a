/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.domain;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import eu.maveniverse.domtrip.Document;
import eu.maveniverse.domtrip.DomTripException;
import eu.maveniverse.domtrip.Element;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A domain XML as libvirt has it ({@code virsh dumpxml}). What is changed through it changes; comments, order, spaces and everything it does
 * not know stay as they were written.
 */
public final class DomainXml {
    /** The longest that is read, in bytes. */
    public static final int MAX_BYTES = 8 << 20;

    private static final String QEMU_NAMESPACE = "http://libvirt.org/schemas/domain/qemu/1.0";
    private static final int CONTEXT_LINES = 3;

    private final String original;
    private final XmlChanges changes;
    private final Element domain;

    private DomainXml(String original, XmlChanges changes, Element domain) {
        this.original = original;
        this.changes = changes;
        this.domain = domain;
    }

    /** Reads it; a {@link DomainException} says where it is wrong. */
    public static DomainXml read(byte[] xml) {
        String text = XmlCheck.text(xml, MAX_BYTES);
        try {
            Document document = Document.of(text);
            Element root = document.root();
            if (!root.localName().equals("domain")) {
                throw new DomainException(
                        "domain XML", "has the root element " + root.name() + ", where virsh dumpxml has domain");
            }
            return new DomainXml(text, new XmlChanges(document), root);
        } catch (DomTripException e) {
            throw new DomainException("domain XML", "cannot be read: " + e.getMessage());
        }
    }

    /** As it is now. */
    public String xml() {
        return changes.xml();
    }

    /** What has been changed since it was read: a unified diff, empty if nothing was. */
    public String diff(String name) {
        List<String> before = original.lines().toList();
        List<String> after = xml().lines().toList();
        List<String> lines = UnifiedDiffUtils.generateUnifiedDiff(
                name, name + " (planned)", before, DiffUtils.diff(before, after), CONTEXT_LINES);
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    /** {@code <name>}; empty text if there is none. */
    public String name() {
        return domain.childElement("name").map(Element::textContentTrimmed).orElse("");
    }

    /** The machine type as it stands there, such as {@code pc-q35-9.2}. */
    public Optional<String> machine() {
        return find("os", "type").flatMap(type -> XmlChanges.attribute(type, "machine"));
    }

    /** The guest's architecture, such as {@code x86_64}. */
    public Optional<String> architecture() {
        return find("os", "type").flatMap(type -> XmlChanges.attribute(type, "arch"));
    }

    /** The program that runs it. */
    public Optional<String> emulator() {
        return find("devices", "emulator").map(Element::textContentTrimmed);
    }

    /** Whether the guest has an IOMMU of its own. */
    public boolean hasIommu() {
        return find("devices", "iommu").isPresent();
    }

    /** Whether the guest's memory is shared, so that another process can map it. */
    public boolean sharesMemory() {
        return find("memoryBacking", "access")
                .flatMap(access -> XmlChanges.attribute(access, "mode"))
                .filter("shared"::equals)
                .isPresent();
    }

    /** The graphics, in their order. */
    public List<Graphics> graphics() {
        return devices("graphics").map(Graphics::new).toList();
    }

    /** The models of the emulated video devices, in their order; {@code none} says that there is none. */
    public List<String> videos() {
        return devices("video")
                .map(video -> video.childElement("model")
                        .flatMap(model -> XmlChanges.attribute(model, "type"))
                        .orElse("default"))
                .toList();
    }

    /** The host's devices that the guest gets, in their order. */
    public List<Hostdev> hostdevs() {
        return devices("hostdev").map(element -> new Hostdev(this, element)).toList();
    }

    /** The arguments that QEMU gets beside libvirt's, {@code qemu:commandline}. */
    public List<String> arguments() {
        return XmlChanges.elements(domain, "commandline")
                .flatMap(Element::childElements)
                .flatMap(element -> XmlChanges.attribute(element, "value").stream())
                .toList();
    }

    /** The values that QEMU's objects get of a property by {@code qemu:override}. */
    public List<String> overridden(String property) {
        Stream<Element> properties = XmlChanges.elements(domain, "override")
                .flatMap(override -> XmlChanges.elements(override, "device"))
                .flatMap(device -> XmlChanges.elements(device, "frontend"))
                .flatMap(frontend -> XmlChanges.elements(frontend, "property"));
        return XmlChanges.having(properties, "name", property)
                .flatMap(element -> XmlChanges.attribute(element, "value").stream())
                .toList();
    }

    /** Lets the guest's memory be shared: a memfd that others map. */
    public void shareMemory() {
        Element backing = changes.child(domain, "memoryBacking", "currentMemory", "memory", "title", "name");
        changes.set(changes.child(backing, "source"), "type", "memfd");
        changes.set(changes.child(backing, "access"), "mode", "shared");
    }

    /** Gives the guest a device, behind the last of its kind. */
    public Hostdev addHostdev(Map<String, String> attributes) {
        return new Hostdev(this, add("hostdev", attributes));
    }

    /** Gives the guest graphics, behind the last there are. */
    public Graphics addGraphics(Map<String, String> attributes) {
        return new Graphics(add("graphics", attributes));
    }

    /** Lets graphics listen on no address: only a local viewer gets in, as SPICE with OpenGL needs. */
    public void listenNowhere(Graphics graphics) {
        changes.set(changes.child(graphics.element(), "listen"), "type", "none");
    }

    /**
     * Lets graphics use OpenGL.
     *
     * @param optional whether it has to be switched on, which egl-headless has not
     * @param renderNodeOrNull what to draw with; null leaves it to libvirt
     */
    public void drawWithGl(Graphics graphics, boolean optional, @Nullable String renderNodeOrNull) {
        if (!optional && renderNodeOrNull == null) {
            return;
        }
        Element gl = changes.child(graphics.element(), "gl");
        if (optional) {
            changes.set(gl, "enable", "yes");
        }
        if (renderNodeOrNull != null) {
            changes.set(gl, "rendernode", renderNodeOrNull);
        }
    }

    /** Takes graphics away. */
    public void remove(Graphics graphics) {
        changes.remove(graphics.element());
    }

    void remove(Element element) {
        changes.remove(element);
    }

    /** Leaves the guest no emulated video device. */
    public void removeVideos() {
        List<Element> videos = devices("video").toList();
        videos.stream().skip(1).forEach(changes::remove);
        Element video = videos.isEmpty() ? add("video", Map.of()) : videos.getFirst();
        List<Element> others = video.childElements()
                .filter(e -> !e.localName().equals("model"))
                .toList();
        others.forEach(changes::remove);
        changes.only(changes.child(video, "model"), "type", "none");
    }

    /**
     * Gives QEMU more arguments than libvirt knows of, in {@code qemu:commandline}.
     *
     * @param arguments each one a {@code qemu:arg}
     */
    public void addArguments(List<String> arguments) {
        Element commandline = qemuElement("commandline");
        for (String argument : arguments) {
            Element added = changes.add(commandline, prefix() + "arg");
            changes.set(added, "value", argument);
        }
    }

    /**
     * Gives a device's QEMU object a property that libvirt does not know of, in {@code qemu:override}.
     *
     * @param alias of the device, which begins with {@code ua-}
     * @param type {@code string}, {@code bool} or {@code unsigned}
     */
    public void override(String alias, String property, String type, String value) {
        Element override = qemuElement("override");
        Element device = changes.named(override, prefix() + "device", "alias", alias);
        Element frontend = changes.child(device, prefix() + "frontend");
        Element element = changes.named(frontend, prefix() + "property", "name", property);
        changes.set(element, "type", type);
        changes.set(element, "value", value);
    }

    XmlChanges changes() {
        return changes;
    }

    /** The prefix that the document has for QEMU's namespace, with its colon; the namespace is declared if it is not yet. */
    private String prefix() {
        for (Map.Entry<String, String> attribute : domain.attributes().entrySet()) {
            if (attribute.getKey().startsWith("xmlns:") && attribute.getValue().equals(QEMU_NAMESPACE)) {
                return attribute.getKey().substring("xmlns:".length()) + ":";
            }
        }
        changes.set(domain, "xmlns:qemu", QEMU_NAMESPACE);
        return "qemu:";
    }

    private Element qemuElement(String name) {
        return changes.child(domain, prefix() + name);
    }

    private Element add(String name, Map<String, String> attributes) {
        return changes.addToItsKind(changes.child(domain, "devices"), name, attributes);
    }

    private Stream<Element> devices(String name) {
        return domain.childElement("devices").stream().flatMap(devices -> devices.childElements(name));
    }

    private Optional<Element> find(String outer, String inner) {
        return domain.childElement(outer).flatMap(element -> element.childElement(inner));
    }
}
