/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioException;

class StateMachineTest {
    private final List<String> walked = new ArrayList<>();
    private final MigrationStream stream = SavingStream.inStopCopy();
    private DeviceState refusing = DeviceState.ERROR;
    private int refusal = Errno.EINVAL;
    private final StateMachine machine = new StateMachine(7, this::go);

    private Optional<MigrationStream> go(DeviceState from, DeviceState to) {
        if (to == refusing) {
            throw new VfioException(refusal, "not now");
        }
        walked.add(from + ">" + to);
        return to == DeviceState.STOP_COPY ? Optional.of(stream) : Optional.empty();
    }

    @Test
    void theDeviceIsLedArcByArc() {
        Optional<MigrationStream> opened = machine.set(DeviceState.STOP_COPY);

        assertThat(opened).containsSame(stream);
        assertThat(walked).containsExactly("RUNNING>RUNNING_P2P", "RUNNING_P2P>STOP", "STOP>STOP_COPY");
        assertThat(machine.state()).isEqualTo(DeviceState.STOP_COPY);
    }

    @Test
    void whereItIsAlreadyNothingHappens() {
        assertThat(machine.set(DeviceState.RUNNING)).isEmpty();
        assertThat(walked).isEmpty();
    }

    @Test
    void anArcThatFailsLeavesItWhereItCameTo() {
        refusing = DeviceState.STOP_COPY;

        assertRefused(DeviceState.STOP_COPY, Errno.EINVAL);

        assertThat(machine.state()).isEqualTo(DeviceState.STOP);
        assertThat(machine.set(DeviceState.RUNNING)).isEmpty();
    }

    @Test
    void aBrokenDeviceIsInErrorUntilItIsReset() {
        refusing = DeviceState.STOP;
        refusal = Errno.EIO;

        assertRefused(DeviceState.STOP, Errno.EIO);

        assertThat(machine.state()).isEqualTo(DeviceState.ERROR);
        assertRefused(DeviceState.RUNNING, Errno.EINVAL);
        machine.reset();
        assertThat(machine.state()).isEqualTo(DeviceState.RUNNING);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 5, 7})
    void everyStateIsReachedFromEveryOtherByItsPathOrRefused(long flags) {
        Arcs arcs = Arcs.of(flags);
        for (DeviceState from : arcs.states()) {
            for (DeviceState to : DeviceState.values()) {
                List<DeviceState> way = new ArrayList<>();
                StateMachine fresh = new StateMachine(flags, (before, next) -> {
                    way.add(next);
                    return Optional.empty();
                });
                fresh.set(from);
                way.clear();
                boolean reached = true;
                try {
                    fresh.set(to);
                } catch (VfioException e) {
                    assertThat(e.errno()).isEqualTo(Errno.EINVAL);
                    reached = false;
                }

                assertThat(fresh.state()).isEqualTo(reached ? to : from);
                assertThat(way).isEqualTo(reached ? arcs.path(from, to) : List.of());
                if (!arcs.states().contains(to)) {
                    assertThat(reached).as("%s to %s", from, to).isFalse();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyAResetLeadsOutOfError(DeviceState target) {
        refusing = DeviceState.STOP;
        refusal = Errno.EIO;
        assertRefused(DeviceState.STOP, Errno.EIO);

        if (target != DeviceState.ERROR) {
            assertRefused(target, Errno.EINVAL);
        }

        assertThat(machine.state()).isEqualTo(DeviceState.ERROR);
    }

    @Test
    void nobodyBringsItToError() {
        assertRefused(DeviceState.ERROR, Errno.EINVAL);
        assertThat(machine.state()).isEqualTo(DeviceState.RUNNING);
    }

    private void assertRefused(DeviceState target, int errno) {
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> machine.set(target))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
