/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.vfio4j.cli.common.StandardOutput;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.host.Commands;
import org.vfio4j.management.host.UserHost;

/**
 * The run that the launcher makes the JDK's AOT caches of: what users start often, once each, printed to nowhere. What it does not touch is
 * loaded the slow way.
 */
final class Training {
    private static final List<String> TABLES = List.of(
            "--help",
            "help probe",
            "list --help",
            "demo",
            "probe --host demo --evidence",
            "list",
            "types",
            "probe",
            "list --frobnicate");

    private static final List<String> DOCUMENTS =
            List.of("demo -o json", "snapshot --host demo", "types --host demo -o yaml");

    private static final List<String> TABLES_OF_TREE = List.of("list", "types", "probe");

    private static final List<String> DOCUMENTS_OF_TREE = List.of("list -o json", "types -o json", "probe -o json");

    private Training() {}

    /**
     * Takes the folder of a captured tree, which is the machine: nothing of the real one is asked or opened. A second word, {@code tables},
     * leaves out all that prints documents: a cache is loaded whole, and a third of it would be the JSON library.
     */
    public static void main(String[] args) throws IOException {
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
        run(world, tree, TABLES, TABLES_OF_TREE);
        if (args.length == 1) {
            run(world, tree, DOCUMENTS, DOCUMENTS_OF_TREE);
            readDocuments(world);
        }
    }

    /** From a file, as they are read from the running host's socket too. */
    private static void readDocuments(World world) throws IOException {
        Path snapshot = Files.createTempFile("vfio4j-training", ".json");
        try {
            Main.run(world, "snapshot", "--host", "demo", snapshot.toString());
            Main.run(world, "list", "--host", snapshot.toString());
            Main.run(world, "probe", "--host", snapshot.toString());
        } finally {
            Files.delete(snapshot);
        }
    }

    private static void run(World world, Path tree, List<String> anywhere, List<String> ofTree) {
        for (String line : anywhere) {
            Main.run(world, line.split(" ", -1));
        }
        for (String line : ofTree) {
            Main.run(world, (line + " --host " + tree).split(" ", -1));
        }
    }
}
