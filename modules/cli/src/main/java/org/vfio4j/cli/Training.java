/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.host.Commands;
import org.vfio4j.management.host.UserHost;

/**
 * The run that the launcher makes the JDK's AOT cache of: what users start often, once each, printed to nowhere. What it does not touch is
 * loaded the slow way.
 */
final class Training {
    private static final List<String> ANYWHERE = List.of(
            "--help",
            "help probe",
            "list --help",
            "demo",
            "demo -o json",
            "probe --host demo --evidence",
            "snapshot --host demo",
            "list",
            "types",
            "probe",
            "list --frobnicate",
            "types --host demo -o yaml");

    private static final List<String> TREE = List.of("list", "types", "list -o json", "types -o json", "probe -o json");

    private Training() {}

    /** Takes the folder of a captured tree, which is the machine: nothing of the real one is asked or opened. */
    public static void main(String[] args) {
        PrintWriter writer = new StandardOutput(OutputStream.nullOutputStream()).writer();
        Terminal nowhere = new Terminal(writer, writer, true);
        Path tree = Path.of(args[0]);
        World world = new World(
                nowhere,
                InputStream.nullInputStream(),
                Root.at(tree),
                UserHost::demo,
                Clock.systemUTC(),
                Map.of("VFIO4J_RUN_DIR", tree.resolve("run").toString()),
                Commands.NONE);
        for (String line : ANYWHERE) {
            Main.run(world, line.split(" ", -1));
        }
        for (String line : TREE) {
            Main.run(world, (line + " --host " + tree).split(" ", -1));
        }
    }
}
