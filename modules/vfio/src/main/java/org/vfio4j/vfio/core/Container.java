/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import static org.vfio4j.linux.uapi.VfioContainer.VFIO_TYPE1_IOMMU;
import static org.vfio4j.linux.uapi.VfioContainer.VFIO_TYPE1v2_IOMMU;

import java.util.HashSet;
import java.util.Set;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/** An open {@code /dev/vfio/vfio}: groups join it, and it has an IOMMU from {@link #setIommu} until its last group leaves. */
public final class Container implements AutoCloseable {
    /** {@code VFIO_TYPE1_IOMMU}. */
    public static final int TYPE1 = VFIO_TYPE1_IOMMU;

    /** {@code VFIO_TYPE1v2_IOMMU}. */
    public static final int TYPE1V2 = VFIO_TYPE1v2_IOMMU;

    private final Object lock;
    private final Set<Group> groups = new HashSet<>();
    private int iommu;
    private boolean open = true;

    /**
     * @param lock the core's, which guards groups and containers
     */
    Container(Object lock) {
        this.lock = lock;
    }

    /** VFIO_CHECK_EXTENSION: whether there is an IOMMU of this type. */
    public boolean offers(int type) {
        return type == TYPE1 || type == TYPE1V2;
    }

    /** VFIO_SET_IOMMU: EINVAL without a group or with an IOMMU already, ENODEV for a type that is not offered. */
    public void setIommu(int type) {
        synchronized (lock) {
            requireOpen();
            if (groups.isEmpty() || iommu != 0) {
                throw new VfioException(
                        Errno.EINVAL,
                        "VFIO_SET_IOMMU on a container with " + groups.size() + " groups, IOMMU " + iommu);
            }
            if (!offers(type)) {
                throw new VfioException(Errno.ENODEV, "VFIO_SET_IOMMU to type " + type);
            }
            iommu = type;
        }
    }

    /** Its groups stay in it, and it with them, until they leave. */
    @Override
    public void close() {
        synchronized (lock) {
            open = false;
        }
    }

    void attach(Group group) {
        requireOpen();
        groups.add(group);
    }

    void detach(Group group) {
        groups.remove(group);
        if (groups.isEmpty()) {
            iommu = 0;
        }
    }

    boolean hasIommu() {
        return iommu != 0;
    }

    private void requireOpen() {
        if (!open) {
            throw new VfioException(Errno.EBADF, "the container is closed");
        }
    }
}
