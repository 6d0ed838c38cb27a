/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vfio4j.linux.MalformedException;

class CapabilityChainFuzzTest {
    /** Of an answer of any bytes, a chain is read or refused, and what is read lies within the answer, in order. */
    @FuzzTest(maxDuration = "60s")
    void anAnswerOfAnyBytesIsReadOrRefused(byte[] bytes) {
        MemorySegment answer = MemorySegment.ofArray(bytes);
        for (Struct struct : List.of(VfioDeviceInfo.INFO, VfioRegion.INFO, VfioType1.INFO)) {
            try {
                List<CapabilityChain.Capability> chain = CapabilityChain.read(struct, answer);
                long size = chain.stream().mapToLong(c -> c.bytes().byteSize()).sum();
                assertThat(size).isLessThanOrEqualTo(bytes.length - struct.minsz());
                assertThat(chain)
                        .allSatisfy(c ->
                                assertThat(c.bytes().byteSize()).isGreaterThanOrEqualTo(VfioCapability.HEADER.size()));
                chain.forEach(CapabilityChainFuzzTest::readElements);
            } catch (MalformedException e) {
                assertThat(e.reason()).isNotBlank();
            }
        }
    }

    private static void readElements(CapabilityChain.Capability capability) {
        List<MemorySegment> areas = capability.elements(
                VfioRegion.SPARSE_MMAP,
                VfioRegion.SPARSE_MMAP_NR_AREAS.unsigned(capability.as(VfioRegion.SPARSE_MMAP)),
                VfioRegion.SPARSE_AREA);
        areas.forEach(VfioRegion.SPARSE_AREA_SIZE::get);
    }
}
