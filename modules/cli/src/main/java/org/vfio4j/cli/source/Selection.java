/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.source;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.management.host.HostDevice;

/** Finds the devices that a user named. */
public final class Selection {
    private static final int SHORTEST_PREFIX = 4;
    private static final int SHOWN = 5;

    private Selection() {}

    /** The devices that {@code names} mean, each once, or all if there are no names. A name may be cut short as long as it means one device. */
    public static List<HostDevice> of(List<String> names, Source source) {
        List<HostDevice> devices = source.inventory().devices();
        if (names.isEmpty()) {
            return devices;
        }
        Set<HostDevice> chosen = new LinkedHashSet<>();
        for (String name : names) {
            chosen.add(one(name, devices, source));
        }
        return List.copyOf(chosen);
    }

    /** The whole name of the device that {@code name} means; {@code name} itself where it means none of them. */
    public static String whole(String name, List<HostDevice> devices) {
        return named(name, beginning(name, devices)).map(HostDevice::name).orElse(name);
    }

    private static HostDevice one(String name, List<HostDevice> devices, Source source) {
        List<HostDevice> beginning = beginning(name, devices);
        return named(name, beginning).or(() -> source.find(name)).orElseThrow(() -> unknown(name, beginning));
    }

    private static List<HostDevice> beginning(String name, List<HostDevice> devices) {
        return devices.stream().filter(d -> d.name().startsWith(name)).toList();
    }

    private static Optional<HostDevice> named(String name, List<HostDevice> beginning) {
        for (HostDevice device : beginning) {
            if (device.name().equals(name)) {
                return Optional.of(device);
            }
        }
        if (beginning.isEmpty() || name.length() < SHORTEST_PREFIX) {
            return Optional.empty();
        }
        if (beginning.size() > 1) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "more than one device begins with " + name + ": " + shown(beginning),
                    "Write more of the name.");
        }
        return Optional.of(beginning.getFirst());
    }

    private static CommandException unknown(String name, List<HostDevice> beginning) {
        return beginning.isEmpty()
                ? new CommandException(
                        ExitCode.ENVIRONMENT, "there is no device " + name, "See vfio list for what there is.")
                : new CommandException(
                        ExitCode.USAGE,
                        name + " is too little of a name",
                        "Write at least " + SHORTEST_PREFIX + " letters of it.");
    }

    private static String shown(List<HostDevice> devices) {
        String names = String.join(
                ", ", devices.stream().limit(SHOWN).map(HostDevice::name).toList());
        return devices.size() <= SHOWN ? names : names + " and " + (devices.size() - SHOWN) + " more";
    }
}
