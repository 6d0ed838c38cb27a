/* SPDX-License-Identifier: Apache-2.0 */
/** What a device that does DMA stands on: its user's memory as it sees it, and the pages it wrote. */
@NullMarked
package org.vfio4j.vfio.dma;

import org.jspecify.annotations.NullMarked;
