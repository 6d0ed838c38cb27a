/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.kernel;

import java.util.ArrayList;
import java.util.List;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Mapping;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.VfioException;

/** What is mapped for a kernel device: each file into this process, and from here into the device's address space. */
final class KernelDma implements AutoCloseable {
    private record Mapped(IovaRange range, Mapping memory) {}

    private final AddressSpace space;
    private final List<Mapped> mapped = new ArrayList<>();

    KernelDma(AddressSpace space) {
        this.space = space;
    }

    /** Memory that only its owner can reach stays out of the device's: EOPNOTSUPP if it is to be written, as RAM is, and nothing for a ROM. */
    void map(DmaMapping mapping) {
        boolean writable = (mapping.access() & DmaMapping.WRITE) != 0;
        switch (mapping.memory()) {
            case DmaMapping.Remote remote -> {
                if (writable) {
                    throw new VfioException(
                            Errno.EOPNOTSUPP,
                            "a kernel device reaches only memory that can be mapped: let the VM's memory be shared"
                                    + " (memory-backend-memfd with share=on)");
                }
            }
            case DmaMapping.File(var fd, long offset) -> {
                long length = mapping.range().length();
                Mapping memory =
                        writable ? Mapping.readWrite(fd, offset, length) : Mapping.readOnly(fd, offset, length);
                try {
                    space.map(mapping.range(), mapping.access(), memory.segment());
                } catch (RuntimeException e) {
                    memory.close();
                    throw e;
                }
                mapped.add(new Mapped(mapping.range(), memory));
            }
        }
    }

    void unmap(IovaRange range) {
        for (Mapped one : mapped) {
            if (range.overlaps(one.range) && !range.contains(one.range)) {
                throw new VfioException(Errno.EINVAL, range + " would cut the mapping " + one.range + " in two");
            }
        }
        for (Mapped one : List.copyOf(mapped)) {
            if (range.contains(one.range)) {
                space.unmap(one.range);
                mapped.remove(one);
                one.memory.close();
            }
        }
    }

    /** Once the kernel has let go of the address space. */
    @Override
    public void close() {
        mapped.forEach(one -> one.memory.close());
        mapped.clear();
    }
}
