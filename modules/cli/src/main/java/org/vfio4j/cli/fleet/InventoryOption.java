/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.World;
import org.vfio4j.fleet.etcd.EtcdInventory;
import org.vfio4j.fleet.etcd.EtcdOptions;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.fleet.inventory.FolderInventory;
import org.vfio4j.linux.FileTrouble;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code --inventory}: where what is known of many hosts is kept. */
public final class InventoryOption {
    public static final String NAME = "--inventory";
    static final String VARIABLE = "VFIO4J_INVENTORY";

    private static final int MAX_PASSWORD = 4096;

    private InventoryOption() {}

    public static OptionSpec spec() {
        return Options.value("WHERE", "", NAME)
                .description(
                        "DIR: a folder of snapshots",
                        "etcd://HOST:PORT,...: etcd; etcds:// with TLS. As whom: VFIO4J_ETCD_USER,"
                                + " VFIO4J_ETCD_PASSWORD_FILE, VFIO4J_ETCD_CACERT, VFIO4J_ETCD_CERT, VFIO4J_ETCD_KEY",
                        "else VFIO4J_INVENTORY says it")
                .build();
    }

    /** Whether one was named. */
    public static boolean isGiven(ParseResult line, World world) {
        return !named(line, world).isEmpty();
    }

    public static FleetInventory open(ParseResult line, World world) {
        return open(line, world, EtcdOptions.PATIENCE);
    }

    /**
     * The inventory that was named; the caller closes it.
     *
     * @param patience how long etcd may take for an answer
     */
    public static FleetInventory open(ParseResult line, World world, Duration patience) {
        String where = named(line, world);
        if (where.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "no inventory is named",
                    "Name a folder of snapshots or etcd: --inventory etcd://HOST:2379, or in VFIO4J_INVENTORY.");
        }
        if (where.startsWith("etcd://") || where.startsWith("etcds://")) {
            return etcd(where, world.environment(), patience);
        }
        if (where.matches("[a-z][a-z0-9+.-]*://.*")) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "there is no inventory of the kind " + where.substring(0, where.indexOf("://") + 3),
                    "Name a folder of snapshots, or etcd: etcd://HOST:2379, with TLS etcds://HOST:2379.");
        }
        return new FolderInventory(path(where), world.clock());
    }

    private static String named(ParseResult line, World world) {
        return line.matchedOptionValue(NAME, world.environment().getOrDefault(VARIABLE, ""));
    }

    private static FleetInventory etcd(String where, Map<String, String> environment, Duration patience) {
        EtcdOptions options = new EtcdOptions(
                EtcdOptions.endpoints(where),
                text(environment, "VFIO4J_ETCD_USER"),
                password(environment.getOrDefault("VFIO4J_ETCD_PASSWORD_FILE", "")),
                file(environment, "VFIO4J_ETCD_CACERT"),
                file(environment, "VFIO4J_ETCD_CERT"),
                file(environment, "VFIO4J_ETCD_KEY"),
                patience);
        try {
            return EtcdInventory.open(options, java.time.Clock.systemUTC());
        } catch (NoClassDefFoundError e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "this command was started without etcd's client",
                    "Start it by vfio, which puts the client's jars (its folder fleet) on the class path.");
        }
    }

    private static @Nullable String text(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, "");
        return value.isEmpty() ? null : value;
    }

    private static @Nullable Path file(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, "");
        return value.isEmpty() ? null : path(value);
    }

    private static @Nullable String password(String file) {
        if (file.isEmpty()) {
            return null;
        }
        try (var in = Files.newInputStream(path(file))) {
            return new String(in.readNBytes(MAX_PASSWORD), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT, "cannot read the password in " + file + ": " + FileTrouble.words(e), "");
        }
    }

    private static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new CommandException(ExitCode.USAGE, "no file can be called " + name, "");
        }
    }
}
