/* SPDX-License-Identifier: Apache-2.0 */
/** The {@code vfio} command: the only place where everything is put together. */
module org.vfio4j.cli {
    requires org.vfio4j.console;
    requires org.vfio4j.fleet;
    requires org.vfio4j.fuse;
    requires org.vfio4j.management;
    requires info.picocli;
    requires java.desktop;
    requires tools.jackson.dataformat.yaml;
    requires static org.jspecify;
}
