/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import org.vfio4j.linux.Fd;

/**
 * A plane's memory as VFIO_DEVICE_GET_GFX_DMABUF hands it out. The kernel's is a dma-buf that starts with the plane; a device in user space
 * gives its video memory's memfd and where in it the plane starts. It owns its descriptor.
 *
 * @param fd a dma-buf or a memfd
 * @param offset of the plane's first byte, in bytes
 */
public record Dmabuf(Fd fd, long offset) implements AutoCloseable {
    @Override
    public void close() {
        fd.close();
    }
}
