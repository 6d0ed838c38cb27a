/* SPDX-License-Identifier: Apache-2.0 */
/** The remote framebuffer protocol of VNC viewers: RFC 6143, and what the community's registry adds. */
@NullMarked
package org.vfio4j.console.rfb;

import org.jspecify.annotations.NullMarked;
