/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.agent;

import java.util.List;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Platform;

/** The host that an agent publishes. */
public interface HostReader {
    /** As snapshots call it: {@code kernel} or {@code user}. */
    String kind();

    /** The machine that it is on. */
    Machine machine();

    /** What else of that machine counts. */
    Platform platform();

    /** What there is now; opens nothing. */
    Inventory inventory();

    /** Asks these devices, which may open those that nobody uses. */
    List<DeviceProbe> probe(List<HostDevice> devices);
}
