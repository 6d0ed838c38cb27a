/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.util.UUID;

/**
 * A virtual machine of KVM that a group was given to, as KVM_DEV_VFIO_GROUP_ADD does.
 *
 * @param vm its UUID
 */
public record Kvm(UUID vm) {}
