/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.bus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/** The configuration space of a PCI function: its 256 bytes and what they say (PCI Local Bus Specification 3.0, chapter 6.1). */
public final class PciIdentity {
    /** Bytes of a conventional configuration space. */
    public static final int SIZE = 256;

    private final byte[] config;

    private PciIdentity(byte[] config) {
        this.config = config;
    }

    /**
     * The identity in these bytes.
     *
     * @throws VfioException EINVAL unless there are 256
     */
    public static PciIdentity of(byte[] config) {
        if (config.length != SIZE) {
            throw new VfioException(Errno.EINVAL, "a configuration space of " + config.length + " bytes");
        }
        return new PciIdentity(config.clone());
    }

    /** Reads a device's configuration region. */
    static PciIdentity read(VfioDevice device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(SIZE);
            int read = device.read(RegionInfo.PCI_CONFIG, 0, bytes);
            if (read != SIZE) {
                throw new VfioException(Errno.EINVAL, "a configuration space of " + read + " bytes");
            }
            return new PciIdentity(bytes.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /** A copy of the 256 bytes. */
    public byte[] config() {
        return config.clone();
    }

    public int vendor() {
        return u16(0x00);
    }

    public int device() {
        return u16(0x02);
    }

    public int revision() {
        return u8(0x08);
    }

    /** Base class, subclass and interface in 24 bits. */
    public int classCode() {
        return u8(0x09) | u16(0x0a) << Byte.SIZE;
    }

    public int subsystemVendor() {
        return u16(0x2c);
    }

    public int subsystemDevice() {
        return u16(0x2e);
    }

    private int u8(int offset) {
        return Byte.toUnsignedInt(config[offset]);
    }

    private int u16(int offset) {
        return u8(offset) | u8(offset + 1) << Byte.SIZE;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PciIdentity that && Arrays.equals(config, that.config);
    }

    @Override
    public int hashCode() {
        return Objects.hash(vendor(), device());
    }
}
