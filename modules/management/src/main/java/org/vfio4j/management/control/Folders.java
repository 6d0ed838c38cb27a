/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Where a running host keeps what.
 *
 * @param run the control socket, the devices' sockets and the process's number; gone at the next boot
 * @param state what is to stay: the definitions, and what is written down of devices that move
 */
public record Folders(Path run, Path state) {
    private static final String NAME = "vfio4j";
    private static final Path SYSTEM = Path.of("/run", NAME);

    /**
     * The folders that were named, or those of the environment.
     *
     * @param run named by {@code --run-dir}; else VFIO4J_RUN_DIR, else vfio4j in XDG_RUNTIME_DIR, else {@code /run/vfio4j}
     * @param state named by {@code --state-dir}; else VFIO4J_STATE_DIR, else {@code /var/lib/vfio4j} for root and {@code ~/.local/state/vfio4j}
     */
    public static Folders of(Optional<Path> run, Optional<Path> state, Map<String, String> environment) {
        return new Folders(
                named(run, environment)
                        .or(() -> folder(environment, "XDG_RUNTIME_DIR").map(d -> d.resolve(NAME)))
                        .orElse(SYSTEM),
                state.or(() -> folder(environment, "VFIO4J_STATE_DIR")).orElseGet(() -> stateOf(environment)));
    }

    /**
     * The control socket that a client asks: of the folder that was named, and where none was, his own user's, else that of the system's
     * service. So root finds the service's host also where his session has an XDG_RUNTIME_DIR.
     *
     * @param isSocket whether there is a socket that he may reach
     */
    public static Path socketOf(Optional<Path> run, Map<String, String> environment, Predicate<Path> isSocket) {
        Path own = of(run, Optional.empty(), environment).socket();
        Path system = new Folders(SYSTEM, SYSTEM).socket();
        return named(run, environment).isEmpty() && !isSocket.test(own) && isSocket.test(system) ? system : own;
    }

    private static Optional<Path> named(Optional<Path> run, Map<String, String> environment) {
        return run.or(() -> folder(environment, "VFIO4J_RUN_DIR"));
    }

    /** The control socket. */
    public Path socket() {
        return run.resolve("control.sock");
    }

    /** The devices' vfio-user sockets, {@code <name>.sock} each. */
    public Path devices() {
        return run.resolve("devices");
    }

    /** The file that holds the process's number, and that it keeps locked while it lives. */
    public Path pidFile() {
        return run.resolve("pid");
    }

    /** The secret that the web console asks for, readable by its own user only. */
    public Path consoleToken() {
        return run.resolve("console-token");
    }

    /** The definitions, laid out as mdevctl's. */
    public Path definitions() {
        return state.resolve("mdevctl.d");
    }

    /** What is written down of devices that move. */
    public Path migrations() {
        return state.resolve("migrations");
    }

    private static Path stateOf(Map<String, String> environment) {
        boolean isRoot = "root".equals(System.getProperty("user.name"));
        return isRoot
                ? Path.of("/var/lib", NAME)
                : folder(environment, "XDG_STATE_HOME")
                        .orElse(Path.of(System.getProperty("user.home"), ".local", "state"))
                        .resolve(NAME);
    }

    private static Optional<Path> folder(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(f -> !f.isEmpty())
                .map(Path::of);
    }
}
