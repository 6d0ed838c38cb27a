/* SPDX-License-Identifier: Apache-2.0 */
/** What a host has, what its devices can do, and what follows from it. */
@SuppressWarnings("requires-automatic") // java-diff-utils has a module's name but no descriptor
module org.vfio4j.management {
    requires eu.maveniverse.domtrip;
    requires io.github.javadiffutils;
    requires java.naming;
    requires java.xml;
    requires jdk.net;
    requires transitive org.vfio4j.vfio;
    requires transitive tools.jackson.databind;
    requires static transitive org.jspecify;

    exports org.vfio4j.management.control;
    exports org.vfio4j.management.definition;
    exports org.vfio4j.management.display;
    exports org.vfio4j.management.domain;
    exports org.vfio4j.management.explain;
    exports org.vfio4j.management.guest;
    exports org.vfio4j.management.host;
    exports org.vfio4j.management.json;
    exports org.vfio4j.management.migrate;
    exports org.vfio4j.management.plan;
    exports org.vfio4j.management.preflight;
    exports org.vfio4j.management.probe;
    exports org.vfio4j.management.profile;
    exports org.vfio4j.management.qmp;
    exports org.vfio4j.management.rule;
    exports org.vfio4j.management.snapshot;
    exports org.vfio4j.management.state;
    exports org.vfio4j.management.vm;
}
