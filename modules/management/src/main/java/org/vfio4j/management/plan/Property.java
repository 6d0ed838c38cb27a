/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.Map;

/** The types of QEMU's properties, which its JSON form insists on: a text where a boolean belongs is refused. */
final class Property {
    /** What a value is in JSON, and what libvirt's {@code qemu:property} calls that. */
    enum Type {
        STRING("string"),
        BOOL("bool"),
        UNSIGNED("unsigned");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    private static final Map<String, Type> TYPES = Map.of(
            "xres", Type.UNSIGNED,
            "yres", Type.UNSIGNED,
            "ramfb", Type.BOOL,
            "x-enable-migration", Type.BOOL,
            "x-igd-opregion", Type.BOOL,
            "enable-migration", Type.STRING,
            "x-device-dirty-page-tracking", Type.STRING);

    private Property() {}

    static Type type(String name) {
        return TYPES.getOrDefault(name, Type.STRING);
    }

    /** {@code on} and {@code off} as libvirt's bool has them; anything else as it is. */
    static String libvirtValue(String name, String value) {
        return type(name) == Type.BOOL ? String.valueOf(value.equals("on")) : value;
    }
}
