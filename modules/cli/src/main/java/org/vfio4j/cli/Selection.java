/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.vfio4j.management.host.HostDevice;

/** Finds the devices that a user named. */
final class Selection {
    private static final int SHORTEST_PREFIX = 4;

    private Selection() {}

    /**
     * @param beyond asked for a name that is not among {@code devices}
     */
    static List<HostDevice> of(
            List<String> names, List<HostDevice> devices, Function<String, Optional<HostDevice>> beyond) {
        if (names.isEmpty()) {
            return devices;
        }
        List<HostDevice> chosen = new ArrayList<>();
        for (String name : names) {
            chosen.add(one(name, devices, beyond));
        }
        return chosen;
    }

    private static HostDevice one(
            String name, List<HostDevice> devices, Function<String, Optional<HostDevice>> beyond) {
        List<HostDevice> matching = new ArrayList<>();
        for (HostDevice device : devices) {
            if (device.name().equals(name)) {
                return device;
            }
            if (name.length() >= SHORTEST_PREFIX && device.name().startsWith(name)) {
                matching.add(device);
            }
        }
        if (matching.size() == 1) {
            return matching.get(0);
        }
        if (matching.size() > 1) {
            throw new CommandException(
                    ExitCode.USAGE,
                    name + " means " + matching.size() + " devices: "
                            + String.join(
                                    ", ",
                                    matching.stream().map(HostDevice::name).toList()),
                    "Write more of the name.");
        }
        return beyond.apply(name)
                .orElseThrow(() -> new CommandException(
                        ExitCode.ENVIRONMENT, "there is no device " + name, "See vfio list for what there is."));
    }
}
