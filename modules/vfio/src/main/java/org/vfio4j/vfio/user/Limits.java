/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.time.Duration;

/** What is refused beyond these numbers. */
final class Limits {
    /** Descriptors in one message; QEMU refuses a server that asks for more than 16. */
    static final int MESSAGE_FDS = 16;

    /** Interrupts of one index: what MSI-X can have. */
    static final int INTERRUPTS = 2048;

    /** Data of one DMA_READ or DMA_WRITE, unless to a client of this library: QEMU cuts longer replies short (its socket's buffer is 208 KiB). */
    static final int DMA_CHUNK = 1 << 16;

    /** How long a peer may take over a message that it has begun, and over a reply; QEMU's own bound. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private Limits() {}
}
