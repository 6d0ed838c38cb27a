/* SPDX-License-Identifier: Apache-2.0 */
/** The sample vendor drivers, found through {@link java.util.ServiceLoader}: for each a driver, its device, and what the device is made of. */
@NullMarked
package org.vfio4j.devices;

import org.jspecify.annotations.NullMarked;
