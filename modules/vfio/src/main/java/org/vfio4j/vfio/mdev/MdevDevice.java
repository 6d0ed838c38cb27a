/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.BusDevice;
import org.vfio4j.vfio.core.CoreDevice;

/**
 * A mediated device.
 *
 * @param uuid its name
 * @param parent it is a part of
 * @param type it was made of
 * @param core what the VFIO core knows of it
 */
public record MdevDevice(UUID uuid, MdevParent parent, MdevType type, CoreDevice core) {
    /**
     * The files of its driver's {@link MdevParent#attributeGroup}, name to content without the trailing newline, as its driver has them now.
     *
     * @throws org.vfio4j.linux.ErrnoException EIO if the driver fails, or names what cannot be a file
     */
    public Map<String, String> vendorAttributes() {
        Map<String, String> attributes = core.guard()
                .call("vendorAttributes", () -> Map.copyOf(parent.driver().vendorAttributes(uuid, type)));
        try {
            attributes.keySet().forEach(BusDevice::requireName);
        } catch (VfioException e) {
            throw new VfioException(
                    Errno.EIO, "the driver of " + uuid + " has an attribute whose name no file can have");
        }
        return attributes;
    }

    /** Which of the attributes can be written; one that {@link #vendorAttributes} has not can only be written. */
    public Set<String> writableAttributes() {
        return parent.writableAttributes(type);
    }

    /**
     * Writes one of the {@link #writableAttributes}.
     *
     * @param value without a trailing newline
     * @throws org.vfio4j.linux.ErrnoException EACCES if it is none of them; what the driver answers, such as EINVAL
     */
    public void writeAttribute(String name, String value) {
        if (!writableAttributes().contains(name)) {
            throw new VfioException(Errno.EACCES, uuid + " has no attribute " + name + " that can be written");
        }
        core.guard().run("writeAttribute", () -> parent.driver().writeAttribute(uuid, type, name, value));
    }
}
