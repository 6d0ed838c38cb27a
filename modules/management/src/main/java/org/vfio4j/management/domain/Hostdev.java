/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.domain;

import eu.maveniverse.domtrip.Element;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A {@code <hostdev>} of a domain: a device of the host that the guest gets. */
public final class Hostdev {
    private static final int HEX = 16;
    private static final Pattern NUMBER = Pattern.compile("0[xX][0-9a-fA-F]{1,8}|[0-9]{1,9}");

    private final DomainXml domain;
    private final Element element;

    Hostdev(DomainXml domain, Element element) {
        this.domain = domain;
        this.element = element;
    }

    /** {@code mdev}, {@code pci}, {@code usb} and others; empty text if it says nothing. */
    public String type() {
        return XmlChanges.attribute(element, "type").orElse("");
    }

    /** Of a mediated device: {@code vfio-pci}, {@code vfio-ccw} or {@code vfio-ap}. */
    public Optional<String> model() {
        return attribute("model");
    }

    /** An attribute of the element itself, such as {@code display}, {@code ramfb} or {@code managed}. */
    public Optional<String> attribute(String name) {
        return XmlChanges.attribute(element, name);
    }

    /** The host's name for the device: a UUID in small letters, or a PCI address such as {@code 0000:06:12.5}; empty where it says neither. */
    public Optional<String> device() {
        Optional<Element> address = sourceAddress();
        return switch (type()) {
            case "mdev" ->
                address.flatMap(a -> XmlChanges.attribute(a, "uuid")).map(uuid -> uuid.toLowerCase(Locale.ROOT));
            case "pci" -> address.flatMap(Hostdev::pciAddress);
            default -> Optional.empty();
        };
    }

    /** Whether the host's device is to boot from, which libvirt refuses for mediated devices. */
    public boolean hasBootOrder() {
        return element.childElement("boot").isPresent();
    }

    /** Whether it is to be reached through iommufd. */
    public boolean wantsIommufd() {
        return element.childElement("driver")
                .flatMap(driver -> XmlChanges.attribute(driver, "iommufd"))
                .filter("yes"::equals)
                .isPresent();
    }

    /** Takes its {@code <driver>} away. */
    public void removeDriver() {
        element.childElement("driver").ifPresent(domain::remove);
    }

    /** The name the domain gives it. */
    public Optional<String> alias() {
        return element.childElement("alias").flatMap(alias -> XmlChanges.attribute(alias, "name"));
    }

    /** Sets an attribute of the element itself. */
    public void set(String name, String value) {
        domain.changes().set(element, name, value);
    }

    /** Takes an attribute of the element itself away. */
    public void remove(String name) {
        if (element.hasAttribute(name)) {
            element.removeAttribute(name);
        }
    }

    /** Gives it a name that the user chooses: one that begins with {@code ua-}. */
    public void setAlias(String alias) {
        domain.changes().set(domain.changes().child(element, "alias", "source"), "name", alias);
    }

    /**
     * Makes it another device of the host, of the same type.
     *
     * @param device a UUID, or a PCI address such as {@code 0000:06:12.5}
     */
    public void setDevice(String device) {
        Element address = domain.changes().child(domain.changes().child(element, "source"), "address");
        if (type().equals("mdev")) {
            domain.changes().set(address, "uuid", device);
            return;
        }
        String[] parts = device.split("[:.]", -1);
        if (parts.length != 4) {
            throw new DomainException("hostdev", device + " is no PCI address such as 0000:06:12.5");
        }
        String[] names = {"domain", "bus", "slot", "function"};
        for (int i = 0; i < names.length; i++) {
            domain.changes().set(address, names[i], "0x" + parts[i]);
        }
    }

    private Optional<Element> sourceAddress() {
        return element.childElement("source").flatMap(source -> source.childElement("address"));
    }

    private static Optional<String> pciAddress(Element address) {
        Optional<Integer> bus = number(address, "bus");
        Optional<Integer> slot = number(address, "slot");
        if (bus.isEmpty() || slot.isEmpty()) {
            return Optional.empty();
        }
        int domain = number(address, "domain").orElse(0);
        int function = number(address, "function").orElse(0);
        return Optional.of(String.format(Locale.ROOT, "%04x:%02x:%02x.%x", domain, bus.get(), slot.get(), function));
    }

    private static Optional<Integer> number(Element address, String name) {
        return XmlChanges.attribute(address, name)
                .filter(text -> NUMBER.matcher(text).matches())
                .map(text -> text.length() > 1 && Character.toLowerCase(text.charAt(1)) == 'x'
                        ? Integer.parseUnsignedInt(text.substring(2), HEX)
                        : Integer.parseInt(text));
    }
}
