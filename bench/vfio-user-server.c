/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C library's server, for comparison: a PCI device whose BAR 0 is 2 MiB of memory that is reached by messages only, as mdpy-vga's.
 * Usage: vfio-user-server SOCKET. It ends with its client.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libvfio-user.h"

#define SIZE (2 << 20)

static char memory[SIZE];

static ssize_t access_memory(vfu_ctx_t *ctx, char *buf, size_t count, loff_t offset, bool is_write)
{
    (void)ctx;
    if (offset < 0 || offset > SIZE || count > (size_t)(SIZE - offset)) {
        errno = EINVAL;
        return -1;
    }
    if (is_write)
        memcpy(memory + offset, buf, count);
    else
        memcpy(buf, memory + offset, count);
    return count;
}

int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(2, "usage: %s SOCKET", argv[0]);
    unlink(argv[1]);
    vfu_ctx_t *ctx = vfu_create_ctx(VFU_TRANS_SOCK, argv[1], 0, NULL, VFU_DEV_TYPE_PCI);
    if (ctx == NULL || vfu_pci_init(ctx, VFU_PCI_TYPE_CONVENTIONAL, PCI_HEADER_TYPE_NORMAL, 0) < 0)
        err(1, "cannot make a device");
    vfu_pci_set_id(ctx, 0x1234, 0x5678, 0, 0);
    if (vfu_setup_region(ctx, VFU_PCI_DEV_BAR0_REGION_IDX, SIZE, access_memory, VFU_REGION_FLAG_RW | VFU_REGION_FLAG_MEM,
                         NULL, 0, -1, 0) < 0 ||
        vfu_realize_ctx(ctx) < 0 || vfu_attach_ctx(ctx) < 0)
        err(1, "cannot serve at %s", argv[1]);
    while (vfu_run_ctx(ctx) >= 0)
        ;
    return 0;
}
