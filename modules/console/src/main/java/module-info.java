/* SPDX-License-Identifier: Apache-2.0 */
/** A host's devices and displays for people: an RFB server and a web console. */
module org.vfio4j.console {
    requires transitive org.vfio4j.management;
    requires static transitive org.jspecify;

    exports org.vfio4j.console.display;
    exports org.vfio4j.console.rfb;
}
