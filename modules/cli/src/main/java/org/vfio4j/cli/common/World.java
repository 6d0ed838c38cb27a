/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.host.Commands;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.UserHost;

/**
 * All that a command has of the outside.
 *
 * @param terminal where it prints
 * @param input the standard input
 * @param root of this machine
 * @param demo makes the host inside this process
 * @param clock tells the time
 * @param environment of this process
 * @param commands the machine's programs
 */
public record World(
        Terminal terminal,
        InputStream input,
        Root root,
        Supplier<Host> demo,
        Clock clock,
        Map<String, String> environment,
        Commands commands) {
    private static final Duration BOUND = Duration.ofSeconds(5);

    public World {
        environment = Map.copyOf(environment);
    }

    /** This machine. */
    public static World of(Terminal terminal) {
        return new World(
                terminal,
                System.in,
                Root.ofThisMachine(),
                UserHost::demo,
                Clock.systemUTC(),
                System.getenv(),
                Commands.ofThisMachine(BOUND));
    }
}
