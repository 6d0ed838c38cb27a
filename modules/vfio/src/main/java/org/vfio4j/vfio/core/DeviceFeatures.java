/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * What a device can do, as its vendor driver said when it was registered: the bitmask of VFIO_DEVICE_PROBE_FEATURES. Bits without a meaning
 * here are kept.
 *
 * <p>The ioctl is the proposal of Kirti Wankhede to the libvirt list, 25 April 2018 ("sample: vfio mdev display devices"); no kernel has it.
 */
public record DeviceFeatures(int bits) {
    /** {@code VFIO_DEVICE_FEATURE_DISPLAY_REGION}: the display is a region. */
    public static final int DISPLAY_REGION = 1 << 0;

    /** {@code VFIO_DEVICE_FEATURE_DISPLAY_DMABUF}: the display is handed out as dmabufs. */
    public static final int DISPLAY_DMABUF = 1 << 1;

    /** {@code VFIO_DEVICE_FEATURE_MIGRATION}: the host's driver can migrate it. */
    public static final int MIGRATION = 1 << 2;

    /** None of them. */
    public static final DeviceFeatures NONE = new DeviceFeatures(0);

    /** {@code struct vfio_device_features { __u32 argsz; __u32 features; }}, in bytes. */
    public static final int SIZE = 2 * Integer.BYTES;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int FEATURES = Integer.BYTES;

    /** Features of these bits together. */
    public static DeviceFeatures of(int... features) {
        int bits = 0;
        for (int feature : features) {
            bits |= feature;
        }
        return new DeviceFeatures(bits);
    }

    public boolean has(int feature) {
        return (bits & feature) == feature;
    }

    /**
     * Answers VFIO_DEVICE_PROBE_FEATURES in {@code argument}, a struct vfio_device_features: argsz is checked first, then only the fields that it
     * covers are written; what a newer user sent behind them stays as it is.
     *
     * @throws VfioException EFAULT if {@code argument} does not hold what its argsz says, EINVAL if argsz is less than {@link #SIZE}
     */
    public void answer(MemorySegment argument) {
        if (argument.byteSize() < Integer.BYTES) {
            throw new VfioException(Errno.EFAULT, "VFIO_DEVICE_PROBE_FEATURES without an argument");
        }
        long argsz = Integer.toUnsignedLong(argument.get(U32, 0));
        if (argsz < SIZE) {
            throw new VfioException(Errno.EINVAL, "VFIO_DEVICE_PROBE_FEATURES with an argsz of " + argsz);
        }
        if (argument.byteSize() < SIZE) {
            throw new VfioException(Errno.EFAULT, "VFIO_DEVICE_PROBE_FEATURES in " + argument.byteSize() + " bytes");
        }
        argument.set(U32, FEATURES, bits);
    }

    /** The features in an answered struct vfio_device_features. */
    public static DeviceFeatures read(MemorySegment answered) {
        return new DeviceFeatures(answered.get(U32, FEATURES));
    }
}
