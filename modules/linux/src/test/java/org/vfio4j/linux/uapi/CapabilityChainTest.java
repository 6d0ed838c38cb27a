/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.MalformedException;

class CapabilityChainTest {
    private static final int FIRST = 32;

    /** An answer of VFIO_DEVICE_GET_REGION_INFO with room for capabilities behind it. */
    private static MemorySegment answer(long room) {
        return VfioRegion.INFO.request(Arena.ofAuto(), room);
    }

    private static void put(MemorySegment answer, long at, int id, int version, int next) {
        MemorySegment header = VfioCapability.HEADER.slice(answer, at);
        VfioCapability.HEADER_ID.set(header, id);
        VfioCapability.HEADER_VERSION.set(header, version);
        VfioCapability.HEADER_NEXT.set(header, next);
    }

    private static ThrowableAssertAlternative<MalformedException> assertRefused(MemorySegment answer) {
        return assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> CapabilityChain.read(VfioRegion.INFO, answer))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EPROTO));
    }

    @Test
    void aChainIsReadInItsOrderWithEachOnesBytes() {
        MemorySegment answer = answer(56);
        VfioRegion.INFO_CAP_OFFSET.set(answer, FIRST);
        put(answer, FIRST, VfioRegion.VFIO_REGION_INFO_CAP_TYPE, 1, 48);
        VfioRegion.CAP_TYPE_SUBTYPE.set(answer.asSlice(FIRST), VfioRegion.VFIO_REGION_SUBTYPE_GFX_EDID);
        put(answer, 48, VfioRegion.VFIO_REGION_INFO_CAP_SPARSE_MMAP, 0xffff, 0);

        List<CapabilityChain.Capability> chain = CapabilityChain.read(VfioRegion.INFO, answer);

        assertThat(chain).extracting(CapabilityChain.Capability::id).containsExactly(2, 1);
        assertThat(chain).extracting(CapabilityChain.Capability::version).containsExactly(1, 0xffff);
        assertThat(chain).extracting(c -> c.bytes().byteSize()).containsExactly(16L, 40L);
        assertThat(VfioRegion.CAP_TYPE_SUBTYPE.get(chain.get(0).as(VfioRegion.CAP_TYPE)))
                .isEqualTo(VfioRegion.VFIO_REGION_SUBTYPE_GFX_EDID);
    }

    @Test
    void aCapabilityIsFoundByItsIdOrNotAtAll() {
        MemorySegment answer = answer(16);
        VfioRegion.INFO_CAP_OFFSET.set(answer, FIRST);
        put(answer, FIRST, 3, 1, 0);

        List<CapabilityChain.Capability> chain = CapabilityChain.read(VfioRegion.INFO, answer);

        assertThat(CapabilityChain.find(chain, 3)).isPresent();
        assertThat(CapabilityChain.find(chain, 1)).isEmpty();
    }

    @Test
    void noOffsetMeansNoCapability() {
        assertThat(CapabilityChain.read(VfioRegion.INFO, answer(64))).isEmpty();
    }

    @Test
    void anAnswerThatEndsBeforeTheOffsetHasNoCapability() {
        MemorySegment answer = VfioDeviceInfo.INFO.request(Arena.ofAuto());
        VfioDeviceInfo.INFO_CAP_OFFSET.set(answer, 24);
        VfioDeviceInfo.INFO_ARGSZ.set(answer, (int) VfioDeviceInfo.INFO.minsz());

        assertThat(CapabilityChain.read(VfioDeviceInfo.INFO, answer)).isEmpty();
    }

    @Test
    void aKernelOf61WithItsShorterDeviceInfoIsUnderstood() {
        MemorySegment answer = VfioDeviceInfo.INFO.request(Arena.ofAuto(), 4);
        VfioDeviceInfo.INFO_CAP_OFFSET.set(answer, 20);
        put(answer, 20, VfioDeviceInfo.VFIO_DEVICE_INFO_CAP_ZPCI_BASE, 1, 0);

        assertThat(CapabilityChain.read(VfioDeviceInfo.INFO, answer)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "4, lies before 32",
        "28, lies before 32",
        "34, is not aligned",
        "60, does not fit into 64 bytes",
        "64, does not fit into 64 bytes",
        "-4, does not fit into 64 bytes",
    })
    void anOffsetOutsideOfTheRoomBehindTheStructureIsRefused(int offset, String reason) {
        MemorySegment answer = answer(32);
        VfioRegion.INFO_CAP_OFFSET.set(answer, offset);

        assertRefused(answer).withMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "40, lies before 48",
        "44, lies before 48",
        "32, lies before 48",
        "49, is not aligned",
        "60, does not fit into 64 bytes",
        "0xfffffffc, does not fit into 64 bytes",
    })
    void aNextThatPointsBackToItselfOrBeyondTheEndIsRefused(String next, String reason) {
        MemorySegment answer = answer(32);
        VfioRegion.INFO_CAP_OFFSET.set(answer, 40);
        put(answer, 40, 1, 1, Long.decode(next).intValue());

        assertRefused(answer).withMessageContaining(reason);
    }

    @Test
    void anArgszBeyondTheAnswerIsRefused() {
        MemorySegment answer = answer(32);
        VfioRegion.INFO_ARGSZ.set(answer, 65);

        assertRefused(answer).withMessageContaining("argsz 65 of an answer of 64 bytes");
    }

    @Test
    void anAnswerThatEndsWithinTheStructureIsRefused() {
        assertRefused(answer(0).asSlice(0, 31)).withMessageContaining("answer of 31 bytes");
    }

    @Test
    void aCapabilityBehindArgszIsRefusedThoughTheMemoryIsThere() {
        MemorySegment answer = answer(32);
        VfioRegion.INFO_ARGSZ.set(answer, 36);
        VfioRegion.INFO_CAP_OFFSET.set(answer, FIRST);

        assertRefused(answer).withMessageContaining("does not fit into 36 bytes");
    }

    @ParameterizedTest
    @CsvSource({"64, false", "65, true"})
    void theNumberOfEntriesIsBounded(int entries, boolean refused) {
        MemorySegment answer = answer(entries * 8L);
        VfioRegion.INFO_CAP_OFFSET.set(answer, FIRST);
        for (int i = 0; i < entries; i++) {
            put(answer, FIRST + i * 8L, i, 1, i == entries - 1 ? 0 : FIRST + (i + 1) * 8);
        }

        if (refused) {
            assertRefused(answer).withMessageContaining("more than 64 capabilities");
        } else {
            assertThat(CapabilityChain.read(VfioRegion.INFO, answer)).hasSize(entries);
        }
    }

    @Test
    void aCapabilityShorterThanItsStructureIsRefused() {
        MemorySegment answer = answer(12);
        VfioRegion.INFO_CAP_OFFSET.set(answer, FIRST);
        put(answer, FIRST, VfioRegion.VFIO_REGION_INFO_CAP_TYPE, 1, 0);
        CapabilityChain.Capability type =
                CapabilityChain.read(VfioRegion.INFO, answer).getFirst();

        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> type.as(VfioRegion.CAP_TYPE))
                .withMessageContaining("vfio_region_info_cap_type of 16 bytes in a capability of 12");
    }

    @Test
    void theElementsBehindACapabilityAreReadAsFarAsThereIsRoom() {
        MemorySegment answer = answer(48);
        VfioRegion.INFO_CAP_OFFSET.set(answer, FIRST);
        put(answer, FIRST, VfioRegion.VFIO_REGION_INFO_CAP_SPARSE_MMAP, 1, 0);
        VfioRegion.SPARSE_AREA_SIZE.set(answer.asSlice(FIRST + 32), 4096);
        CapabilityChain.Capability sparse =
                CapabilityChain.read(VfioRegion.INFO, answer).getFirst();

        assertThat(sparse.elements(VfioRegion.SPARSE_MMAP, 2, VfioRegion.SPARSE_AREA))
                .extracting(VfioRegion.SPARSE_AREA_SIZE::get)
                .containsExactly(0L, 4096L);
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> sparse.elements(VfioRegion.SPARSE_MMAP, 3, VfioRegion.SPARSE_AREA))
                .withMessageContaining("3 of vfio_region_sparse_mmap_area, room for 2");
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> sparse.elements(VfioRegion.SPARSE_MMAP, 0xffffffffL, VfioRegion.SPARSE_AREA));
    }
}
