/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Many hosts: inventory, reservations, and questions over all of them. {@code org.vfio4j.fleet.etcd} stands on jetcd, which is no module and has dozens
 * of jars: they are on the class path, and only of the commands that need them.
 */
module org.vfio4j.fleet {
    requires java.logging;
    requires transitive org.vfio4j.management;
    requires static transitive org.jspecify;

    exports org.vfio4j.fleet.agent;
    exports org.vfio4j.fleet.etcd;
    exports org.vfio4j.fleet.export;
    exports org.vfio4j.fleet.inventory;
    exports org.vfio4j.fleet.question;
}
