/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.List;
import java.util.Map;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.core.OpenMode;

/** Opens the device read-only, where queries and reads pass and whatever would change it is refused; then closes it again. */
public final class ReadOnlyWay implements Way {
    private static final String NAME = "read-only";

    private final UserHost host;
    private final boolean mayReset;

    /**
     * For a user-space host.
     *
     * @param mayReset whether PCI and platform devices may be opened, which resets them whatever they are opened for
     */
    public ReadOnlyWay(UserHost host, boolean mayReset) {
        this.host = host;
        this.mayReset = mayReset;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String needs() {
        return "read access to the group's node, the device free";
    }

    @Override
    public String touches() {
        return "container, group, IOMMU, and the device read-only, all closed again";
    }

    @Override
    public Map<Question, Answer> ask(HostDevice device) {
        if (device.usage().isInUse()) {
            return Questions.all(OpenRefusals.inUse(NAME, device));
        }
        if (device.kind() != DeviceKind.MDEV && !mayReset) {
            return Questions.all(OpenRefusals.intrusive(NAME, device));
        }
        try (VfioDevice open = host.core().open(device.name(), host.self(), OpenMode.READ_ONLY)) {
            return new Questions(NAME).ask(open);
        } catch (OpenException e) {
            return Questions.all(OpenRefusals.explain(NAME, device, e, List.of()));
        } catch (ErrnoException e) {
            return Questions.all(OpenRefusals.failedQuery(NAME, "open read-only and close " + device.name(), e));
        }
    }
}
