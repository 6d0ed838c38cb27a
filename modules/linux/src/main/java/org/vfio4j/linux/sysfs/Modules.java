/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

/** Kernel modules, for a driver's version ({@code Documentation/ABI/stable/sysfs-module}). */
public final class Modules {
    private static final String MODULES = "/sys/module";

    private final Root root;

    private Modules(Root root) {
        this.root = root;
    }

    public static Modules of(Root root) {
        return new Modules(root);
    }

    /**
     * The version that the module of a driver states (MODULE_VERSION), such as {@code 0.1}. Missing if it states none, as most in-tree
     * drivers do, or if the driver is built in or has a module of another name.
     */
    public Reading<String> version(String driver) {
        // The kernel spells a module's name with _ whatever its file is called: kbuild's KBUILD_MODNAME.
        String module = driver.replace('-', '_');
        return Names.valid(module) ? root.attribute(MODULES + "/" + module + "/version") : Reading.missing();
    }
}
