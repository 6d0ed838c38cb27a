/* SPDX-License-Identifier: Apache-2.0 */
/** Shows a host's tree as a file system, and runs programs that take it for {@code /sys}. */
module org.vfio4j.fuse {
    requires transitive org.vfio4j.vfio;
    requires org.cryptomator.jfuse.api;
    requires static transitive org.jspecify;

    exports org.vfio4j.fuse;
}
