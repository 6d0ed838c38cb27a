/* SPDX-License-Identifier: Apache-2.0 */

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.dma.DmaSpace;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.MemoryRegion;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.Register;
import org.vfio4j.vfio.pci.RegisterRegion;
import org.vfio4j.vfio.pci.RegisterSet;
import org.vfio4j.vfio.pci.SharedMemory;
import org.vfio4j.vfio.user.DeviceSource;
import org.vfio4j.vfio.user.VfioUserServer;

/**
 * Serves a device that vfio-user-server.c serves too: BAR 0 is 2 MiB of memory, and BAR 1 has registers by which the device copies between that
 * memory and its client's: {@link #ADDRESS} (8 bytes), {@link #LENGTH} (4 bytes), {@link #GO} (4 bytes: 1 from the client, 2 to it).
 *
 * <p>Usage: java VfioUserMover.java SOCKET [--poll]; see bench/vfio-user.
 */
class VfioUserMover extends PciDevice {
    static final int ADDRESS = 0;
    static final int LENGTH = 8;
    static final int GO = 12;

    private static final int SIZE = 2 << 20;
    private static final int REGISTERS_SIZE = 4096;

    private VfioUserMover(Parts parts) {
        super(parts);
    }

    static VfioUserMover create() {
        SharedMemory memory = SharedMemory.create("mover", SIZE);
        DmaSpace client = new DmaSpace();
        Register address = Register.named("address", ADDRESS, 8).writable(-1);
        Register length = Register.named("length", LENGTH, 4).writable(0xffff_ffffL);
        Slice part = new Slice(memory.segment());
        Register go = Register.named("go", GO, 4).onWrite(direction -> {
            if (direction == DmaMapping.READ) {
                client.read(address.value(), part.of(length.value()));
            } else {
                client.write(address.value(), part.of(length.value()));
            }
        });
        ConfigSpace config = ConfigSpace.of(0x1234, 0x5678)
                .command(0, ConfigSpace.COMMAND_MEMORY | ConfigSpace.COMMAND_MASTER)
                .memoryBar(0, SIZE, true)
                .memoryBar(1, REGISTERS_SIZE, false)
                .build();
        RegisterSet registers = RegisterSet.of(REGISTERS_SIZE, List.of(address, length, go));
        return new VfioUserMover(new Parts(config)
                .region(MemoryRegion.of(RegionInfo.PCI_BAR0, memory))
                .region(RegisterRegion.of(RegionInfo.PCI_BAR0 + 1, registers, Long.BYTES, List.of()))
                .dma(client));
    }

    /** The begin of the memory, sliced anew only for a new length. */
    private static final class Slice {
        private final MemorySegment memory;
        private MemorySegment last;

        Slice(MemorySegment memory) {
            this.memory = memory;
            this.last = memory;
        }

        MemorySegment of(long length) {
            if (last.byteSize() != length) {
                last = memory.asSlice(0, length);
            }
            return last;
        }
    }

    public static void main(String[] args) throws InterruptedException {
        boolean polling = args.length > 1 && args[1].equals("--poll");
        try (VfioUserMover device = create();
                VfioUserServer server = VfioUserServer.listen(Path.of(args[0]), DeviceSource.of(device), polling)) {
            server.awaitEnd();
        }
    }
}
