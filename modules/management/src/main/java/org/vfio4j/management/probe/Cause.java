/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

/** Why an answer is unknown, in a word that scripts can rely on. */
public enum Cause {
    IN_USE("in-use"),
    NO_PERMISSION("no-permission"),
    NEEDS_VM("needs-vm"),
    NO_IOMMU("no-iommu"),
    GROUP_NOT_VIABLE("group-not-viable"),
    NOT_BOUND("not-bound"),
    NO_NODE("no-node"),
    /** Asking would reset the device, and nobody allowed it. */
    INTRUSIVE("intrusive"),
    /** The way that was asked for does not exist on this host or does not answer this question. */
    NOT_OFFERED("not-offered"),
    /** The device went away while it was asked. */
    GONE("gone"),
    FAILED("failed");

    private final String word;

    Cause(String word) {
        this.word = word;
    }

    /** How JSON spells it. */
    public String word() {
        return word;
    }

    /** True if this user on this machine could change it: exit code 3 rather than 1. */
    public boolean isEnvironment() {
        return this == NO_PERMISSION || this == NO_NODE;
    }
}
