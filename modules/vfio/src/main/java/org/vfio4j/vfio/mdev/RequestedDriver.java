/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

/**
 * A vendor driver that a host has only where somebody asks for it by name, such as one that is there to be probed and not to be used. Found
 * through {@link java.util.ServiceLoader} as such, and so not among the {@link MdevDriver}s.
 */
public interface RequestedDriver extends MdevDriver {}
