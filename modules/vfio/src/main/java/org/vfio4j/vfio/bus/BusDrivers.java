/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.bus;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.Bus;
import org.vfio4j.vfio.core.BusDevice;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.DeviceOps;
import org.vfio4j.vfio.core.DeviceReport;
import org.vfio4j.vfio.core.OpenContext;
import org.vfio4j.vfio.core.Query;
import org.vfio4j.vfio.core.VfioCore;

/** vfio-pci and vfio-platform: they bind hardware to the core. Opening such a device resets it where it can be reset. */
public final class BusDrivers {
    private static final Pattern PCI_ADDRESS = Pattern.compile("[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]");

    private final VfioCore core;
    private final Map<String, PciIdentity> functions = new ConcurrentHashMap<>();

    public BusDrivers(VfioCore core) {
        this.core = core;
    }

    /** What the installed packages offer. */
    public static List<Hardware> installed() {
        return ServiceLoader.load(Hardware.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /**
     * Binds a device, which can then be found in the core.
     *
     * @throws org.vfio4j.linux.ErrnoException EEXIST if there is one of that name; EINVAL for a name that its bus cannot have, a mediated device,
     *     or a device that is not what its bus serves
     */
    public CoreDevice bind(Hardware hardware) {
        return switch (hardware.bus()) {
            case PCI -> bindPci(hardware);
            case PLATFORM ->
                bind(hardware, "/devices/platform/" + hardware.name(), "vfio-platform", DeviceInfo.PLATFORM);
            case MDEV -> throw new VfioException(Errno.EINVAL, hardware.name() + " is on no bus of hardware");
        };
    }

    /** Takes a device away: {@link VfioCore#removeGroupDevice}. */
    public void unbind(String name, Duration bound) {
        core.removeGroupDevice(name, bound);
        functions.remove(name);
    }

    /** The configuration space of a bound PCI function, as it was when it was bound. */
    public Optional<PciIdentity> pci(String address) {
        return Optional.ofNullable(functions.get(address));
    }

    private CoreDevice bindPci(Hardware hardware) {
        String address = hardware.name();
        if (!PCI_ADDRESS.matcher(address).matches()) {
            throw new VfioException(Errno.EINVAL, "\"" + address + "\" is no PCI address");
        }
        String bridge = "/devices/pci" + address.substring(0, "0000:00".length());
        return bind(hardware, bridge + "/" + address, "vfio-pci", DeviceInfo.PCI);
    }

    private CoreDevice bind(Hardware hardware, String path, String driver, int flag) {
        BusDevice device = new BusDevice(hardware.bus(), hardware.name(), path, driver);
        return core.addGroupDevice(device, report -> new Ops(hardware, report, flag), hardware.features());
    }

    /** What the core calls for one device. */
    private final class Ops implements DeviceOps {
        private final Hardware hardware;
        private final VfioDevice device;

        Ops(Hardware hardware, DeviceReport report, int flag) {
            this.hardware = hardware;
            this.device = hardware.create(report);
            try {
                if ((device.info().flags() & flag) == 0) {
                    throw new VfioException(Errno.EINVAL, hardware.name() + " is no device of its bus");
                }
                if (hardware.bus() == Bus.PCI) {
                    functions.put(hardware.name(), PciIdentity.read(device));
                }
            } catch (RuntimeException e) {
                device.close();
                throw e;
            }
        }

        @Override
        public VfioDevice device() {
            return device;
        }

        @Override
        public void open(OpenContext context) {
            hardware.open(context);
            resetIfItCan();
        }

        @Override
        public void close() {
            resetIfItCan();
        }

        @Override
        public Set<Query.Kind> queriesWithoutOpen() {
            return hardware.queriesWithoutOpen();
        }

        @Override
        public Optional<String> hostDriverVersion() {
            return hardware.hostDriverVersion();
        }

        @Override
        public void remove() {
            device.close();
        }

        private void resetIfItCan() {
            if ((device.info().flags() & DeviceInfo.RESET) != 0) {
                device.reset();
            }
        }
    }
}
