/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.List;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.probe.DeviceProbe;

/** Where a command's facts come from: a host that can be asked, or what was written down of one. */
sealed interface Source extends AutoCloseable permits LiveSource, RecordedSource {
    /** The host's kind, as JSON calls it. */
    String kind();

    Inventory inventory();

    /** The devices that {@code names} mean, or all if it is empty. A name may be cut short as long as it means one device. */
    List<HostDevice> select(List<String> names);

    /** Asks the devices, by one way only if {@code options} says so. */
    List<DeviceProbe> probe(List<HostDevice> devices, ProbeOptions options);

    @Override
    void close();
}
