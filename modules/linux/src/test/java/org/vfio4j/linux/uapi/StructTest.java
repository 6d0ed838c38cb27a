/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class StructTest {
    private static final Struct INNER = Struct.named("inner").u32("a").u64("b").build();
    private static final Struct OUTER = Struct.named("outer")
            .u32("argsz")
            .u16("id")
            .u8("byte")
            .u32("fd")
            .or("number")
            .minsz()
            .struct("inner", INNER)
            .bytes("reserved", 3)
            .flexible("data", 8)
            .build();

    @Test
    void fieldsLieWhereTheCompilerPutsThem() {
        assertThat(OUTER.fields())
                .extracting(Struct.Field::name, Struct.Field::offset)
                .map(tuple -> tuple.toList().toString())
                .containsExactly(
                        "[argsz, 0]",
                        "[id, 4]",
                        "[byte, 6]",
                        "[fd, 8]",
                        "[number, 8]",
                        "[inner, 16]",
                        "[inner.a, 16]",
                        "[inner.b, 24]",
                        "[reserved, 32]",
                        "[data, 40]");
        assertThat(OUTER.size()).isEqualTo(40);
        assertThat(OUTER.minsz()).isEqualTo(12);
        assertThat(INNER.minsz()).as("of one that never grew").isEqualTo(INNER.size());
    }

    @Test
    void aRequestIsZeroedAndSaysHowLargeItIs() {
        MemorySegment request = OUTER.request(Arena.ofAuto(), 24);

        assertThat(request.byteSize()).isEqualTo(64);
        assertThat(OUTER.u32("argsz").get(request)).isEqualTo(64);
        assertThat(request.asSlice(4).toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) 0);
    }

    @Test
    void valuesAreLittleEndianAndUnsignedWhereAsked() {
        MemorySegment bytes = MemorySegment.ofArray(new byte[40]);
        OUTER.u16("id").set(bytes, 0xfedc);
        OUTER.u32("fd").set(bytes, -2);
        OUTER.u64("inner.b").set(bytes, 0x0102030405060708L);

        assertThat(bytes.get(ValueLayout.JAVA_BYTE, 4)).isEqualTo((byte) 0xdc);
        assertThat(bytes.get(ValueLayout.JAVA_BYTE, 24)).isEqualTo((byte) 8);
        assertThat(OUTER.u16("id").get(bytes)).isEqualTo(0xfedc);
        assertThat(OUTER.u32("number").get(bytes)).isEqualTo(-2);
        assertThat(OUTER.u32("number").unsigned(bytes)).isEqualTo(0xfffffffeL);
        assertThat(OUTER.u64("inner.b").get(bytes)).isEqualTo(0x0102030405060708L);
    }

    @Test
    void aFieldThatIsNotThereOrOfAnotherSizeHasNoAccessor() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OUTER.u32("flags"))
                .withMessage("outer has no field flags of 4 bytes");
        assertThatIllegalArgumentException().isThrownBy(() -> OUTER.u64("argsz"));
    }

    @Test
    void anAccessorStaysWithinItsSegment() {
        MemorySegment tooShort = MemorySegment.ofArray(new byte[27]);

        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> OUTER.u64("inner.b").get(tooShort));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> INNER.slice(tooShort, 16));
    }
}
