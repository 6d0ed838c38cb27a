/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.definition;

import java.util.List;
import java.util.UUID;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ForeignText;
import org.vfio4j.management.host.RefusedException;

/**
 * A mediated device that is to exist: what mdevctl writes down of one.
 *
 * @param uuid its name
 * @param parent the parent's name, which is the name of the folder it lies in
 * @param type the type's id
 * @param start when it is made
 * @param attributes set on the device in this order when it was made
 */
public record Definition(UUID uuid, String parent, String type, Start start, List<Attribute> attributes) {
    /** The longest file that is read, in bytes. */
    public static final int MAX_BYTES = 256 << 10;

    private static final int MAX_NAME = 255;
    private static final int MAX_ATTRIBUTES = 1_000;

    /** EINVAL for a name that no directory can have. */
    public Definition {
        requireName("parent", parent);
        requireName("type", type);
        attributes = List.copyOf(attributes);
        if (attributes.size() > MAX_ATTRIBUTES) {
            throw new RefusedException(
                    Errno.EINVAL, attributes.size() + " attributes are more than " + MAX_ATTRIBUTES, "");
        }
    }

    /**
     * Reads what mdevctl takes as {@code --jsonfile} and keeps in its folder.
     *
     * @param json UTF-8; more than {@link #MAX_BYTES} are refused
     * @throws RefusedException EPROTO, with the place, for what is no definition; EINVAL for names that cannot be
     */
    public static Definition read(UUID uuid, String parent, byte[] json) {
        return DefinitionFile.read(uuid, parent, json);
    }

    /** The same, to be written. */
    public byte[] json() {
        return DefinitionFile.write(this);
    }

    /** When a device is made. */
    public enum Start {
        /** When its host or its parent starts. */
        AUTO("auto"),
        /** When somebody says so. */
        MANUAL("manual");

        private final String word;

        Start(String word) {
            this.word = word;
        }

        /** How mdevctl spells it. */
        public String word() {
            return word;
        }
    }

    /** An attribute's file in the device's folder, and what is written to it. */
    public record Attribute(String name, String value) {
        /** EINVAL for a name that leaves the device's folder. */
        public Attribute {
            for (String part : name.split("/", -1)) {
                requireName("attribute", part);
            }
        }
    }

    private static void requireName(String what, String name) {
        if (name.isEmpty()
                || name.length() > MAX_NAME
                || name.startsWith(".")
                || name.chars().anyMatch(c -> c <= ' ' || c > '~' || c == '/')) {
            throw new RefusedException(
                    Errno.EINVAL, "no " + what + " can have this name: \"" + ForeignText.ascii(name, 80) + "\"", "");
        }
    }
}
