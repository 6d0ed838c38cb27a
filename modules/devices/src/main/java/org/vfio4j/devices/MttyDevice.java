/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.mdev.MigrationVersion;
import org.vfio4j.vfio.migration.Features;
import org.vfio4j.vfio.migration.StateMachine;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.Interrupts;
import org.vfio4j.vfio.pci.Intx;
import org.vfio4j.vfio.pci.Msi;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.RegisterRegion;

/**
 * mtty: a serial card of one or two 16550 ports, each an I/O BAR, which send what is written to them back. It migrates, in the format of the
 * kernel's {@code samples/vfio-mdev/mtty.c}. The guest's driver is Linux's {@code 8250_pci}.
 */
final class MttyDevice extends PciDevice {
    static final String NAME = "mtty";

    private static final int VENDOR = 0x4348;
    private static final int DEVICE = 0x3253;
    private static final int CLASS_SERIAL_16550 = 0x070002;
    private static final int REVISION = 0x10;
    private static final int PIN_INTA = 1;

    private static final int VENDOR_BYTES = 0x40;
    private static final byte[] VENDOR_CONTENT = {0x23, 0, 0, (byte) 0x80, 0x23, 0, 0, 0, 0x23, 0, 0, 0, 0x23};
    private static final int TEXT = 0x60;
    private static final byte[] TEXT_CONTENT = "PCI Serial/UART".getBytes(StandardCharsets.US_ASCII);

    /** What the types differ in, in the order of their ids. */
    enum Model implements SampleModel {
        SINGLE(1, "Single port serial"),
        DUAL(2, "Dual port serial");

        private final int ports;
        private final String title;

        Model(int ports, String title) {
            this.ports = ports;
            this.title = title;
        }

        @Override
        public String id() {
            return NAME + "-" + ports;
        }

        @Override
        public String title() {
            return title;
        }

        /** It has none. */
        @Override
        public Optional<String> description() {
            return Optional.empty();
        }

        /** Ports. */
        @Override
        public int share() {
            return ports;
        }

        /** The header's: {@link MttyState#checkHeader} takes its own and no other. */
        @Override
        public MigrationVersion stateVersion() {
            return MigrationVersion.only(MttyState.version(ports));
        }

        @Override
        public Map<String, String> attributes(UUID uuid) {
            return Map.of("sample_mdev_dev", "This is MDEV " + uuid);
        }

        @Override
        public VfioDevice make(Runnable release) {
            return new MttyDevice(this, release);
        }
    }

    private final List<Uart> ports;
    private final MttyMigration migration;
    private final StateMachine states;

    /**
     * Makes a device.
     *
     * @param release runs when it is closed
     */
    MttyDevice(Model model, Runnable release) {
        List<Uart> uarts = new ArrayList<>();
        Interrupts interrupts = Interrupts.of(new Intx(() -> anyPending(uarts)), Msi.msi(1));
        for (int i = 0; i < model.share(); i++) {
            uarts.add(new Uart(() -> interrupts.fire(0)));
        }
        MttyMigration migration = new MttyMigration(uarts, interrupts::refire);
        StateMachine states = new StateMachine(MttyMigration.FLAGS, migration);
        Parts parts = new Parts(config(model))
                .flags(DeviceInfo.PCI)
                .emptyRegionFlags(RegionInfo.READ | RegionInfo.WRITE)
                .interrupts(interrupts)
                .features(Features.ofMigration(states, migration::size))
                .release(release);
        for (int i = 0; i < uarts.size(); i++) {
            parts.region(RegisterRegion.of(RegionInfo.PCI_BAR0 + i, uarts.get(i).registers()));
        }
        super(parts);
        this.ports = List.copyOf(uarts);
        this.migration = migration;
        this.states = states;
    }

    /** Answers for INTx and MSI only. */
    @Override
    public IrqInfo irqInfo(int index) {
        IrqInfo info = super.irqInfo(index);
        if (info.count() == 0) {
            throw new VfioException(Errno.EINVAL, "mtty has no interrupt of index " + index);
        }
        return info;
    }

    @Override
    public Optional<MigrationStream> setDeviceState(DeviceState target) {
        requireOpen();
        return states.set(target);
    }

    @Override
    protected void resetDevice() {
        ports.forEach(port -> port.restore(UartState.POWER_ON));
        migration.endStreams();
        states.reset();
    }

    @Override
    protected void closeDevice() {
        migration.endStreams();
    }

    private static boolean anyPending(List<Uart> ports) {
        for (int i = 0; i < ports.size(); i++) {
            if (ports.get(i).pending()) {
                return true;
            }
        }
        return false;
    }

    private static ConfigSpace config(Model model) {
        ConfigSpace.Builder config = ConfigSpace.of(VENDOR, DEVICE)
                .subsystem(VENDOR, DEVICE)
                .classCode(CLASS_SERIAL_16550, REVISION)
                .command(ConfigSpace.COMMAND_IO, 0)
                .status(ConfigSpace.STATUS_DEVSEL_MEDIUM, 0)
                .interruptPin(PIN_INTA)
                .vendorBytes("vendor bytes", VENDOR_BYTES, VENDOR_CONTENT)
                .vendorBytes("text", TEXT, TEXT_CONTENT);
        for (int i = 0; i < model.share(); i++) {
            config.ioBar(i, Uart.SIZE);
        }
        return config.build();
    }
}
