/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

/** Which bus driver a VFIO device comes from. */
public enum DeviceKind {
    MDEV("mdev"),
    PCI("pci"),
    PLATFORM("platform"),
    /** None: it is on a vfio-user socket of some server, and nothing else is known of it. */
    VFIO_USER("vfio-user");

    private final String word;

    DeviceKind(String word) {
        this.word = word;
    }

    /** How JSON and tables spell it. */
    public String word() {
        return word;
    }
}
