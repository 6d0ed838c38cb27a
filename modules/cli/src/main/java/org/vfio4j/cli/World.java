/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.time.Clock;
import java.util.function.Supplier;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.host.EmbeddedHost;
import org.vfio4j.management.host.Host;

/**
 * All that a command has of the outside.
 *
 * @param terminal where it prints
 * @param root of this machine
 * @param demo makes the host inside this process
 * @param clock tells the time
 */
record World(Terminal terminal, Root root, Supplier<Host> demo, Clock clock) {
    /** This machine. */
    static World of(Terminal terminal) {
        return new World(terminal, Root.ofThisMachine(), EmbeddedHost::new, Clock.systemUTC());
    }
}
