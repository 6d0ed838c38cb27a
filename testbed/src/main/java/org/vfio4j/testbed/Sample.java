/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.util.List;

/**
 * A sample type that exists twice: as the kernel's own and as ours.
 *
 * @param type the type's id
 * @param driver its vendor driver
 * @param uuid the device of that type in the kernel's VM
 */
public record Sample(String type, String driver, String uuid) {
    /** All eight, in the order in which the VM makes them. */
    public static final List<Sample> ALL = List.of(
            of(1, "mbochs", "large"),
            of(2, "mbochs", "medium"),
            of(3, "mbochs", "small"),
            of(4, "mdpy", "hd"),
            of(5, "mdpy", "vga"),
            of(6, "mdpy", "xga"),
            of(7, "mtty", "1"),
            of(8, "mtty", "2"));

    private static Sample of(int number, String driver, String variant) {
        return new Sample(driver + "-" + variant, driver, "1f0f2d6a-0000-4000-8000-00000000000" + number);
    }

    /** Those of one driver. */
    public static List<Sample> of(String driver) {
        return ALL.stream().filter(s -> s.driver().equals(driver)).toList();
    }

    @Override
    public String toString() {
        return type;
    }
}
