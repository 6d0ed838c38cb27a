/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

/** The buses whose devices VFIO serves. */
public enum Bus {
    MDEV("mdev"),
    PCI("pci"),
    PLATFORM("platform");

    private final String word;

    Bus(String word) {
        this.word = word;
    }

    /** Its name under {@code /sys/bus}. */
    public String word() {
        return word;
    }
}
