/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.bus.PciIdentity;
import org.vfio4j.vfio.core.BusDevice;

/**
 * What the kernel tells udev of a device.
 *
 * @param action such as {@code add}
 * @param devpath the device's directory below {@code /sys}
 * @param subsystem such as {@code mdev}
 * @param properties the lines of its {@code uevent} file, in their order
 */
public record Uevent(String action, String devpath, String subsystem, Map<String, String> properties) {
    /** {@code kobject_actions} of lib/kobject_uevent.c. */
    private static final Set<String> ACTIONS =
            Set.of("add", "remove", "change", "move", "online", "offline", "bind", "unbind");

    public Uevent {
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    }

    /**
     * The action that was written to a {@code uevent} file; what may follow it there is for the message only.
     *
     * @throws VfioException EINVAL if it is none
     */
    static String action(byte[] written) {
        String text = new String(written, StandardCharsets.UTF_8).stripTrailing();
        List<String> words = Arrays.asList(text.split(" ", 2));
        if (!ACTIONS.contains(words.getFirst())) {
            throw new VfioException(Errno.EINVAL, "no action of a uevent");
        }
        return words.getFirst();
    }

    /** The {@code uevent} file's content. */
    static byte[] text(Map<String, String> properties) {
        StringBuilder text = new StringBuilder();
        properties.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        return File.bytes(text.toString());
    }

    /** The properties of a device of a bus without ids. */
    static Map<String, String> of(BusDevice device) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("DRIVER", device.driver());
        switch (device.bus()) {
            case PLATFORM -> properties.put("MODALIAS", "platform:" + device.name());
            case MDEV, PCI -> {}
        }
        return properties;
    }

    /** The properties of a PCI function: pci_uevent of drivers/pci/pci-driver.c. */
    static Map<String, String> of(String address, String driver, PciIdentity pci) {
        Map<String, String> properties = new LinkedHashMap<>();
        if (!driver.isEmpty()) {
            properties.put("DRIVER", driver);
        }
        properties.put("PCI_CLASS", String.format("%04X", pci.classCode()));
        properties.put("PCI_ID", String.format("%04X:%04X", pci.vendor(), pci.device()));
        properties.put("PCI_SUBSYS_ID", String.format("%04X:%04X", pci.subsystemVendor(), pci.subsystemDevice()));
        properties.put("PCI_SLOT_NAME", address);
        properties.put("MODALIAS", modalias(pci));
        return properties;
    }

    /** A PCI function's {@code modalias}. */
    static String modalias(PciIdentity pci) {
        int code = pci.classCode();
        return String.format(
                "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X",
                pci.vendor(),
                pci.device(),
                pci.subsystemVendor(),
                pci.subsystemDevice(),
                code >>> 16,
                code >>> 8 & 0xff,
                code & 0xff);
    }
}
