/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.vfio4j.cli.common.StandardOutput;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.fleet.etcd.EtcdInventory;
import org.vfio4j.fleet.etcd.EtcdOptions;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.host.Machine;

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
            "fleet drift");

    /** Where nobody listens. */
    private static final String NOWHERE = "etcd://127.0.0.1:1";

    private static final Duration PATIENCE = Duration.ofMillis(500);

    private FleetTraining() {}

    /** Asks about an inventory in a temporary folder, which has the demo's host. */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("vfio4j-training");
        PrintWriter writer = new StandardOutput(OutputStream.nullOutputStream()).writer();
        Terminal nowhere = new Terminal(writer, writer, true);
        Path host = folder.resolve(Machine.of(Root.ofThisMachine()).hostName() + ".json");
        Main.run(World.of(nowhere), "snapshot", "--host", "demo", host.toString());
        for (String line : LINES) {
            String[] words = (line + " --inventory " + folder).split(" ", -1);
            Main.run(World.of(nowhere), line.endsWith("--help") ? line.split(" ", -1) : words);
        }
        Files.deleteIfExists(host);
        Files.deleteIfExists(folder);
        EtcdOptions options = new EtcdOptions(EtcdOptions.endpoints(NOWHERE), null, null, null, null, null, PATIENCE);
        try (FleetInventory inventory = EtcdInventory.open(options, Clock.systemUTC())) {
            inventory.read();
        } catch (ErrnoException e) {
            // as expected
        }
        Runtime.getRuntime().exit(0); // etcd's client leaves threads behind
    }
}
