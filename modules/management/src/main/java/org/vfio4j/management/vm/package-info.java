/* SPDX-License-Identifier: Apache-2.0 */
/** A virtual machine in a running QEMU, and moving it with the devices that it has over vfio-user: see docs/migration-with-vm.md. */
@NullMarked
package org.vfio4j.management.vm;

import org.jspecify.annotations.NullMarked;
