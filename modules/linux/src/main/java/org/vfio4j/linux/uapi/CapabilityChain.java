/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vfio4j.linux.MalformedException;

/**
 * The capabilities behind an info structure of {@code linux/vfio.h}. The structure's {@code cap_offset} is where the first one begins, a
 * capability's {@code next} where the following one does, both counted in bytes from the structure's begin; 0 ends the chain.
 *
 * <p>The bytes are not trusted: an entry must be aligned to 4 bytes, lie behind the structure and behind the entry before it, and within
 * {@code argsz}. The kernel and every known server append entries in ascending order, so a chain that runs backward is an error, and with
 * that no chain can loop.
 */
public final class CapabilityChain {
    /** More than any device has; a chain that goes on behind that is refused. */
    public static final int MAX_ENTRIES = 64;

    private static final String CAP_OFFSET = "cap_offset";

    private CapabilityChain() {}

    /**
     * Reads the chain of an answer.
     *
     * @param struct the answer's structure, one with {@code argsz} first and with {@code cap_offset}
     * @param answer the structure and all that came behind it
     * @return in the chain's order; empty if {@code cap_offset} is 0 or lies behind an argsz that ends before that field
     * @throws MalformedException if the chain breaks one of the rules above, or argsz is more than {@code answer} has, or that is too short
     */
    public static List<Capability> read(Struct struct, MemorySegment answer) {
        Struct.U32 capOffset = struct.u32(CAP_OFFSET);
        if (answer.byteSize() < struct.minsz()) {
            throw new MalformedException(struct.name() + ": answer of " + answer.byteSize() + " bytes");
        }
        long argsz = new Struct.U32(0).unsigned(answer);
        if (argsz > answer.byteSize()) {
            throw new MalformedException(
                    struct.name() + ": argsz " + argsz + " of an answer of " + answer.byteSize() + " bytes");
        }
        long fixed = Math.max(struct.minsz(), capOffset.offset() + Integer.BYTES);
        if (argsz < fixed) {
            return List.of();
        }
        return read(answer.asSlice(0, argsz), fixed, capOffset.unsigned(answer));
    }

    /** The first capability with {@code id}. */
    public static Optional<Capability> find(List<Capability> chain, int id) {
        return chain.stream().filter(c -> c.id() == id).findFirst();
    }

    private static List<Capability> read(MemorySegment bytes, long fixed, long first) {
        List<Capability> chain = new ArrayList<>();
        long behind = fixed;
        long at = first;
        while (at != 0) {
            if (chain.size() == MAX_ENTRIES) {
                throw new MalformedException("more than " + MAX_ENTRIES + " capabilities");
            }
            check(bytes, behind, at);
            MemorySegment header = VfioCapability.HEADER.slice(bytes, at);
            long next = VfioCapability.HEADER_NEXT.unsigned(header);
            behind = at + VfioCapability.HEADER.size();
            if (next != 0) {
                check(bytes, behind, next);
            }
            chain.add(new Capability(
                    VfioCapability.HEADER_ID.get(header),
                    VfioCapability.HEADER_VERSION.get(header),
                    bytes.asSlice(at, (next == 0 ? bytes.byteSize() : next) - at)));
            at = next;
        }
        return List.copyOf(chain);
    }

    private static void check(MemorySegment bytes, long behind, long at) {
        String wrong = at % Integer.BYTES != 0
                ? "is not aligned"
                : at < behind
                        ? "lies before " + behind
                        : at > bytes.byteSize() - VfioCapability.HEADER.size()
                                ? "does not fit into " + bytes.byteSize() + " bytes"
                                : "";
        if (!wrong.isEmpty()) {
            throw new MalformedException("capability at " + at + " " + wrong);
        }
    }

    /**
     * One capability.
     *
     * @param id which of the structure's capabilities it is
     * @param version of its layout
     * @param bytes from its header, which is included, to the next capability's or to the answer's end
     */
    public record Capability(int id, int version, MemorySegment bytes) {
        /**
         * Its bytes, for the accessors of {@code struct}.
         *
         * @throws MalformedException if there are fewer than the structure has
         */
        public MemorySegment as(Struct struct) {
            if (bytes.byteSize() < struct.size()) {
                throw new MalformedException(
                        struct.name() + " of " + struct.size() + " bytes in a capability of " + bytes.byteSize());
            }
            return bytes;
        }

        /**
         * The {@code count} structures behind its fixed part.
         *
         * @throws MalformedException if there are fewer
         */
        public List<MemorySegment> elements(Struct fixed, long count, Struct element) {
            long room = (as(fixed).byteSize() - fixed.size()) / element.size();
            if (count < 0 || count > room) {
                throw new MalformedException(
                        fixed.name() + ": " + count + " of " + element.name() + ", room for " + room);
            }
            List<MemorySegment> elements = new ArrayList<>();
            for (long i = 0; i < count; i++) {
                elements.add(element.slice(bytes, fixed.size() + i * element.size()));
            }
            return List.copyOf(elements);
        }
    }
}
