/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.vfio4j.fleet.etcd.EtcdInventory;
import org.vfio4j.fleet.etcd.EtcdOptions;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.linux.ErrnoException;

/** The run that the launcher makes the AOT cache of the fleet's commands of: each once, and etcd's client as far as it gets where no etcd is. */
final class FleetTraining {
    private static final List<String> LINES = List.of(
            "fleet --help",
            "fleet where --help",
            "fleet list",
            "fleet list -o json",
            "fleet where mtty-1",
            "fleet where mtty-1 -o json",
            "fleet matrix",
            "fleet drain vm --accept-unknown",
            "fleet drift");

    /** Where nobody listens. */
    private static final String NOWHERE = "etcd://127.0.0.1:1";

    private static final Duration PATIENCE = Duration.ofMillis(500);

    private FleetTraining() {}

    /** Takes a folder of snapshots. */
    public static void main(String[] args) {
        PrintWriter writer = new StandardOutput(OutputStream.nullOutputStream()).writer();
        Terminal nowhere = new Terminal(writer, writer, true);
        for (String line : LINES) {
            String[] words = (line + " --inventory " + args[0]).split(" ", -1);
            Main.run(World.of(nowhere), line.endsWith("--help") ? line.split(" ", -1) : words);
        }
        EtcdOptions options = new EtcdOptions(EtcdOptions.endpoints(NOWHERE), null, null, null, null, null, PATIENCE);
        try (FleetInventory inventory = EtcdInventory.open(options, Clock.systemUTC())) {
            inventory.read();
        } catch (ErrnoException e) {
            // as expected
        }
        Runtime.getRuntime().exit(0); // etcd's client leaves threads behind
    }
}
