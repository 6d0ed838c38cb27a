/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C library's server, for comparison: a PCI device whose BAR 0 is 2 MiB of a file's memory, as that of a device which can be mapped, but reached by
 * messages only; its BAR 1 has the registers of VfioUserMover.java, by which it copies between that memory and its client's. Usage: vfio-user-server SOCKET.
 */
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "libvfio-user.h"

#define SIZE (2 << 20)

enum { ADDRESS = 0, LENGTH = 8, GO = 12, REGISTERS = 4096 };
enum { FROM_CLIENT = 1, TO_CLIENT = 2 };

static char *memory;
static char registers[REGISTERS];

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

static int copy_mapped(vfu_ctx_t *ctx, dma_sg_t *sg, size_t length, bool to_client)
{
    struct iovec iov;
    if (vfu_sgl_get(ctx, sg, &iov, 1, 0) < 0)
        return -1;
    if (to_client)
        memcpy(iov.iov_base, memory, length);
    else
        memcpy(memory, iov.iov_base, length);
    vfu_sgl_put(ctx, sg, &iov, 1);
    return 0;
}

static int copy(vfu_ctx_t *ctx, bool to_client)
{
    uint64_t address;
    uint32_t length;
    dma_sg_t *sg = alloca(dma_sg_size());
    memcpy(&address, registers + ADDRESS, sizeof address);
    memcpy(&length, registers + LENGTH, sizeof length);
    if (length > SIZE || vfu_addr_to_sgl(ctx, (vfu_dma_addr_t)(uintptr_t)address, length, sg, 1,
                                         to_client ? PROT_WRITE : PROT_READ) != 1)
        return -1;
    if (vfu_sg_is_mappable(ctx, sg))
        return copy_mapped(ctx, sg, length, to_client);
    return to_client ? vfu_sgl_write(ctx, sg, 1, memory) : vfu_sgl_read(ctx, sg, 1, memory);
}

static ssize_t access_registers(vfu_ctx_t *ctx, char *buf, size_t count, loff_t offset, bool is_write)
{
    if (offset < 0 || offset > REGISTERS || count > (size_t)(REGISTERS - offset)) {
        errno = EINVAL;
        return -1;
    }
    if (!is_write) {
        memcpy(buf, registers + offset, count);
        return count;
    }
    memcpy(registers + offset, buf, count);
    if (offset == GO && copy(ctx, buf[0] == TO_CLIENT) < 0)
        return -1;
    return count;
}

/* That there are two such functions lets the device do DMA. */
static void mapped(vfu_ctx_t *ctx, vfu_dma_info_t *info)
{
    (void)ctx;
    (void)info;
}

int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(2, "usage: %s SOCKET", argv[0]);
    int file = memfd_create("memory", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, SIZE) < 0)
        err(1, "no memory");
    memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        err(1, "no memory");
    unlink(argv[1]);
    vfu_ctx_t *ctx = vfu_create_ctx(VFU_TRANS_SOCK, argv[1], 0, NULL, VFU_DEV_TYPE_PCI);
    if (ctx == NULL || vfu_pci_init(ctx, VFU_PCI_TYPE_CONVENTIONAL, PCI_HEADER_TYPE_NORMAL, 0) < 0)
        err(1, "cannot make a device");
    vfu_pci_set_id(ctx, 0x1234, 0x5678, 0, 0);
    if (vfu_setup_region(ctx, VFU_PCI_DEV_BAR0_REGION_IDX, SIZE, access_memory, VFU_REGION_FLAG_RW | VFU_REGION_FLAG_MEM,
                         NULL, 0, -1, 0) < 0 ||
        vfu_setup_region(ctx, VFU_PCI_DEV_BAR1_REGION_IDX, REGISTERS, access_registers,
                         VFU_REGION_FLAG_RW | VFU_REGION_FLAG_MEM, NULL, 0, -1, 0) < 0 ||
        vfu_setup_device_dma(ctx, mapped, mapped) < 0 || vfu_realize_ctx(ctx) < 0)
        err(1, "cannot serve at %s", argv[1]);
    while (vfu_attach_ctx(ctx) == 0)
        while (vfu_run_ctx(ctx) >= 0)
            ;
    err(1, "no more clients");
}
