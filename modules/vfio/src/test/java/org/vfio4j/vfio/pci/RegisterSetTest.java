/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.ErrnoException;

class RegisterSetTest {
    @Test
    void aWriteChangesTheWritableBitsOnly() {
        Register control =
                Register.named("control", 4, 4).initially(0x1234_5678).writable(0x0000_ff0f);
        RegisterSet set = RegisterSet.of(16, List.of(control));

        set.write(4, 4, 0xffff_ffffL);

        assertThat(control.value()).isEqualTo(0x1234_ff7fL);
    }

    @Test
    void aWrittenOneClearsAndAWrittenZeroDoesNot() {
        Register status = Register.named("status", 0, 2).initially(0x00f0).clearedByOnes(0x00ff);
        RegisterSet set = RegisterSet.of(2, List.of(status));

        set.write(0, 2, 0xff30);

        assertThat(status.value()).isEqualTo(0x00c0);
    }

    @Test
    void aNarrowWriteLeavesTheOtherBytesAlone() {
        Register address = Register.named("address", 0, 4).writable(0xffff_ffffL);
        Register status = Register.named("status", 4, 4).initially(0xffff_ffffL).clearedByOnes(0xffff_ffffL);
        RegisterSet set = RegisterSet.of(8, List.of(address, status));

        set.write(2, 1, 0xab);
        set.write(5, 1, 0xff);

        assertThat(address.value()).isEqualTo(0x00ab_0000L);
        assertThat(status.value()).isEqualTo(0xffff_00ffL);
    }

    @Test
    void aWideAccessReachesEveryRegisterItOverlaps() {
        Register low = Register.named("low", 0, 1).initially(0x11).writable(0xff);
        Register high = Register.named("high", 2, 2).initially(0x3322).writable(0xffff);
        RegisterSet set = RegisterSet.of(8, List.of(high, low));

        assertThat(set.read(0, 8)).isEqualTo(0x3322_0011L);
        assertThat(set.read(3, 2)).isEqualTo(0x33L);
        set.write(0, 8, 0x0807_0605_0403_0201L);

        assertThat(low.value()).isEqualTo(0x01);
        assertThat(high.value()).isEqualTo(0x0403);
    }

    @Test
    void aReadHookAnswersOncePerAccess() {
        List<String> reads = new ArrayList<>();
        Register data = Register.named("data", 0, 4).onRead(() -> {
            reads.add("data");
            return 0x4433_2211L;
        });
        RegisterSet set = RegisterSet.of(4, List.of(data));

        assertThat(set.read(1, 2)).isEqualTo(0x3322L);
        assertThat(reads).hasSize(1);
    }

    @Test
    void aWriteHookGetsAllThatWasWrittenAndItsOwnBytesForTheRest() {
        List<Long> written = new ArrayList<>();
        Register doorbell = Register.named("doorbell", 0, 4).initially(0x11).onWrite(written::add);
        RegisterSet set = RegisterSet.of(4, List.of(doorbell));

        set.write(0, 4, 0xdead_beefL);
        set.write(1, 1, 0x22);

        assertThat(written).containsExactly(0xdead_beefL, 0x2211L);
        assertThat(doorbell.value()).isEqualTo(0x11);
    }

    @Test
    void anExactRegisterTakesOnlyItsOwnOffsetAndSize() {
        Register mode =
                Register.named("mode", 2, 2).initially(7).writable(0xffff).exact();
        RegisterSet set = RegisterSet.of(8, List.of(mode));

        assertThat(set.read(2, 2)).isEqualTo(7);
        assertThat(set.read(0, 4)).isZero();
        assertThat(set.read(2, 1)).isZero();
        assertThat(set.read(3, 1)).isZero();
        set.write(0, 4, -1L);
        set.write(3, 1, -1L);

        assertThat(mode.value()).isEqualTo(7);
    }

    @Test
    void aRegisterOfEightBytesKeepsAllItsBits() {
        Register wide = Register.named("wide", 0, 8).writable(-1L);
        RegisterSet set = RegisterSet.of(8, List.of(wide));

        set.write(0, 8, 0xfedc_ba98_7654_3210L);

        assertThat(set.read(0, 8)).isEqualTo(0xfedc_ba98_7654_3210L);
        assertThat(set.read(4, 4)).isEqualTo(0xfedc_ba98L);
    }

    @Test
    void whatNoRegisterOwnsReadsAsZeroAndTakesNothing() {
        RegisterSet set =
                RegisterSet.of(64, List.of(Register.named("only", 8, 4).initially(-1)));

        set.write(16, 8, -1L);

        assertThat(set.read(16, 8)).isZero();
        assertThat(set.read(0, 8)).isZero();
    }

    @Test
    void aResetBringsBackWhatIsNotSticky() {
        Register plain = Register.named("plain", 0, 1).initially(5).writable(0xff);
        Register sticky =
                Register.named("sticky", 1, 1).initially(5).writable(0xff).sticky();
        RegisterSet set = RegisterSet.of(2, List.of(plain, sticky));
        set.write(0, 2, 0x0909);

        set.reset();

        assertThat(plain.value()).isEqualTo(5);
        assertThat(sticky.value()).isEqualTo(9);
    }

    @Test
    void windowsAreConstantMemoryOrComputed() {
        byte[] memory = new byte[4];
        RegisterSet set = RegisterSet.of(
                16,
                List.of(
                        Window.constant("text", 0, new byte[] {1, 2, (byte) 0x83, 4}),
                        Window.memory("memory", 4, memory),
                        Window.view("view", 8, 4, index -> 0x10 + index)));

        set.write(0, 8, 0x8877_6655_4433_2211L);
        set.write(8, 4, -1L);

        assertThat(set.read(0, 8)).isEqualTo(0x8877_6655_0483_0201L);
        assertThat(set.read(8, 8)).isEqualTo(0x1312_1110L);
        assertThat(memory).containsExactly(0x55, 0x66, 0x77, 0x88);
    }

    @Test
    void registersThatOverlapOrLeaveTheSetAreRefused() {
        Register a = Register.named("a", 0, 4);
        Register b = Register.named("b", 3, 1);

        assertThatIllegalArgumentException().isThrownBy(() -> RegisterSet.of(8, List.of(a, b)));
        assertThatIllegalArgumentException().isThrownBy(() -> RegisterSet.of(3, List.of(a)));
        assertThatIllegalArgumentException().isThrownBy(() -> Register.named("c", 0, 3));
    }

    @Test
    void anAccessOutsideTheSetIsRefused() {
        RegisterSet set = RegisterSet.of(8, List.of());

        assertThatIllegalArgumentException().isThrownBy(() -> set.read(7, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> set.read(-1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> set.write(Integer.MAX_VALUE, 8, 0));
    }

    @Test
    void savedValuesComeBack() {
        RegisterSet set = RegisterSet.of(8, registers());
        set.write(0, 4, 0xabcd);
        RegisterSet other = RegisterSet.of(8, registers());

        other.restore(set.values());

        assertThat(other.values()).isEqualTo(set.values()).containsOnlyKeys("writable");
        assertThat(other.read(0, 4)).isEqualTo(0xabcd);
    }

    @Test
    void valuesNoGuestCouldHaveWrittenAreRefusedBeforeAnyIsTaken() {
        RegisterSet set = RegisterSet.of(8, registers());
        SortedMap<String, Long> impossible = new TreeMap<>(set.values());
        impossible.put("writable", 0x1_0000L);
        SortedMap<String, Long> foreign = new TreeMap<>(set.values());
        foreign.put("constant", 1L);

        assertThatThrownBy(() -> set.restore(impossible))
                .isInstanceOf(ErrnoException.class)
                .hasMessageContaining("EINVAL");
        assertThatThrownBy(() -> set.restore(foreign))
                .isInstanceOf(ErrnoException.class)
                .hasMessageContaining("EINVAL");
        assertThat(set.read(0, 8)).isEqualTo(0x7L << 32);
    }

    private static List<Register> registers() {
        return List.of(
                Register.named("writable", 0, 4).writable(0xffff),
                Register.named("constant", 4, 4).initially(7));
    }
}
