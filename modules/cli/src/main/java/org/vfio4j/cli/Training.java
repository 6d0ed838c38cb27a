/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.List;

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

    /** Takes the folder of a captured tree. */
    public static void main(String[] args) {
        PrintWriter writer = new StandardOutput(OutputStream.nullOutputStream()).writer();
        Terminal nowhere = new Terminal(writer, writer, true);
        for (String line : ANYWHERE) {
            Main.run(World.of(nowhere), line.split(" ", -1));
        }
        for (String line : TREE) {
            Main.run(World.of(nowhere), (line + " --host " + args[0]).split(" ", -1));
        }
    }
}
