/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A host's devices and displays for people: an RFB server and a web console. The web server's modules are there only when the console is asked
 * for, so that they slow no other command: see {@code ./vfio}.
 */
@SuppressWarnings("requires-automatic") // Prometheus's libraries have names but no descriptors
module org.vfio4j.console {
    requires java.desktop;
    requires java.logging;
    requires transitive org.vfio4j.fleet;
    requires transitive org.vfio4j.management;
    requires static io.helidon.common.buffers;
    requires static io.helidon.common.concurrency.limits;
    requires static io.helidon.http;
    requires static io.helidon.webserver;
    requires static io.helidon.webserver.websocket;
    requires static io.helidon.websocket;
    requires static io.prometheus.metrics.core;
    requires static io.prometheus.metrics.model;
    requires static io.prometheus.writer.text;
    requires static transitive org.jspecify;

    exports org.vfio4j.console.display;
    exports org.vfio4j.console.rfb;
    exports org.vfio4j.console.web;
}
