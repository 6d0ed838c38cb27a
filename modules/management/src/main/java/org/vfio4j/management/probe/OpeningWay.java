/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.List;
import java.util.Map;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.VfioDevice;

/**
 * Opens the device, asks it, and closes everything again. It leaves alone a device that is in use, and a physical one unless it was told that
 * this one may be reset, whatever it is opened for.
 */
abstract sealed class OpeningWay implements Way permits OpenWay, ReadOnlyWay {
    private final String name;
    private final boolean mayReset;

    /**
     * @param mayReset whether PCI and platform devices may be opened, which resets them
     */
    OpeningWay(String name, boolean mayReset) {
        this.name = name;
        this.mayReset = mayReset;
    }

    @Override
    public final String name() {
        return name;
    }

    final boolean mayReset() {
        return mayReset;
    }

    /**
     * Opens it.
     *
     * @throws OpenException with the step that failed and its error number
     */
    abstract VfioDevice open(HostDevice device);

    /** The devices that keep its group from being viable, as far as they are known. */
    List<String> foreignMembers(HostDevice device) {
        return List.of();
    }

    @Override
    public final Map<Question, Answer> ask(HostDevice device) {
        if (device.usage().isInUse()) {
            return Questions.all(OpenRefusals.inUse(name, device));
        }
        if (!device.isVfioBound()) {
            return Questions.all(OpenRefusals.notBound(name, device));
        }
        if (device.kind() != DeviceKind.VFIO_USER && device.groupOrNull() == null && device.vfioNodeOrNull() == null) {
            return Questions.all(OpenRefusals.noGroup(name, device));
        }
        if ((device.kind() == DeviceKind.PCI || device.kind() == DeviceKind.PLATFORM) && !mayReset) {
            return Questions.all(OpenRefusals.intrusive(name, device));
        }
        try (VfioDevice open = open(device)) {
            return new Questions(name).ask(open);
        } catch (OpenException e) {
            return Questions.all(OpenRefusals.explain(name, device, e, foreignMembers(device)));
        } catch (ErrnoException e) {
            return Questions.all(OpenRefusals.failedQuery(name, "open and close " + device.name(), e));
        }
    }
}
