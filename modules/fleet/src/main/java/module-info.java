/* SPDX-License-Identifier: Apache-2.0 */
/** Many hosts: inventory, reservations, and questions over all of them. */
module org.vfio4j.fleet {
    requires transitive org.vfio4j.management;
    requires static transitive org.jspecify;
}
