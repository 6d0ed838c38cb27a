/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import java.util.ArrayList;
import java.util.List;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevDriver;
import org.vfio4j.vfio.mdev.RequestedDriver;

/** The vendor drivers that a host has only where they are asked for by name. */
final class RequestedDrivers {
    private RequestedDrivers() {}

    static List<String> names() {
        return MdevCore.onRequest().stream().map(MdevDriver::name).sorted().toList();
    }

    static List<MdevDriver> of(List<String> names) {
        List<MdevDriver> chosen = new ArrayList<>();
        List<RequestedDriver> known = MdevCore.onRequest();
        for (String name : names) {
            chosen.add(known.stream()
                    .filter(d -> d.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new CommandException(
                            ExitCode.USAGE,
                            "there is no driver " + name + " on request",
                            "There are: " + String.join(", ", names()) + ".")));
        }
        return chosen;
    }
}
