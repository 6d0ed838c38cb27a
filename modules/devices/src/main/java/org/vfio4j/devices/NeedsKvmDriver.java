/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.UUID;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.OpenContext;
import org.vfio4j.vfio.mdev.MdevType;

/**
 * A driver whose devices open only in a group that was given to a virtual machine of KVM, as KVMGT's did: intel_vgpu_open_device of
 * drivers/gpu/drm/i915/gvt/kvmgt.c answers ESRCH without one. Its mended form is {@link NeedsKvmMendedDriver}.
 */
public final class NeedsKvmDriver extends VmDisplays {
    public NeedsKvmDriver() {
        super("needs-kvm", "virtual display, opens with KVM only");
    }

    @Override
    public void open(UUID uuid, MdevType type, OpenContext context) {
        if (context.kvm().isEmpty()) {
            throw new VfioException(Errno.ESRCH, "the group of " + uuid + " was given to no KVM");
        }
    }
}
