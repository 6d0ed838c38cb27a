/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Usage;

class ProberTest {
    private static final Answer YES = new Answer.Yes("first", "seen first");
    private static final Answer NO = new Answer.No("second", "seen second");

    private static Answer unknown(String way, Cause cause) {
        return new Answer.Unknown(way, "seen by " + way, cause, "because", "remedy");
    }

    @Test
    void theLeastIntrusiveWayThatCanTellHasTheWord() {
        Prober prober = new Prober(
                List.of(Devices.way("first", Map.of(Question.MIGRATION, YES)), Devices.way("second", Devices.all(NO))));

        DeviceProbe probe = prober.probe(Devices.MDEV);

        assertThat(probe.answer(Question.MIGRATION)).isEqualTo(YES);
        assertThat(probe.answer(Question.EDID)).isEqualTo(NO);
        assertThat(probe.firstUnknown()).isEmpty();
    }

    @Test
    void aLaterWaySettlesWhatAnEarlierOneCouldNotTell() {
        Prober prober = new Prober(List.of(
                Devices.way("first", Devices.all(unknown("first", Cause.NO_PERMISSION))),
                Devices.way("second", Devices.all(NO))));

        assertThat(prober.probe(Devices.MDEV).answers()).containsValue(NO).hasSize(Question.values().length);
        assertThat(prober.probe(Devices.MDEV).firstUnknown()).isEmpty();
    }

    @Test
    void ofTwoThatCannotTellTheLaterOneCameCloserToTheDevice() {
        Prober prober = new Prober(List.of(
                Devices.way("first", Devices.all(unknown("first", Cause.FAILED))),
                Devices.way("second", Devices.all(unknown("second", Cause.IN_USE)))));

        assertThat(prober.probe(Devices.MDEV).firstUnknown())
                .contains((Answer.Unknown) unknown("second", Cause.IN_USE));
    }

    @Test
    void aWayIsNotAskedWhatEarlierOnesHaveToldCompletely() {
        List<HostDevice> asked = new ArrayList<>();
        Way last = new Way() {
            @Override
            public String name() {
                return "last";
            }

            @Override
            public String needs() {
                return "nothing";
            }

            @Override
            public String touches() {
                return "nothing";
            }

            @Override
            public Map<Question, Answer> ask(HostDevice device) {
                asked.add(device);
                return Map.of();
            }
        };

        new Prober(List.of(Devices.way("first", Devices.all(YES)), last)).probe(Devices.MDEV);
        assertThat(asked).isEmpty();

        new Prober(List.of(Devices.way("first", Map.of(Question.EDID, YES)), last)).probe(Devices.MDEV);
        assertThat(asked).containsExactly(Devices.MDEV);
    }

    @Test
    void whatNoWaySpeaksOfIsNotOffered() {
        Prober prober = new Prober(List.of(Devices.way("sysfs", Map.of()), Devices.way("debugfs", Map.of())));

        assertThat(prober.probe(Devices.MDEV).answer(Question.EDID)).isInstanceOfSatisfying(Answer.Unknown.class, a -> {
            assertThat(a.cause()).isEqualTo(Cause.NOT_OFFERED);
            assertThat(a.way()).isEqualTo("none");
            assertThat(a.evidence()).isEqualTo("asked by sysfs, debugfs");
            assertThat(a.remedy()).contains("vfio snapshot FILE");
        });
    }

    @Test
    void withoutAnyWayNothingIsKnown() {
        assertThat(new Prober(List.of()).probe(Devices.MDEV).answers())
                .hasSize(Question.values().length)
                .allSatisfy((question, answer) -> assertThat(answer.evidence()).isEqualTo("asked by nothing"));
    }

    @Test
    void anOpenThatFoundTheDeviceBusySawThatItIsInUse() {
        Prober prober = new Prober(List.of(Devices.way("open", Devices.all(unknown("open", Cause.IN_USE)))));

        DeviceProbe probe = prober.probe(Devices.mdev("mtty", Usage.UNKNOWN));

        assertThat(probe.device().usage()).isEqualTo(Usage.inUse(List.of()));
    }

    @Test
    void holdersThatWereSeenAreNotForgotten() {
        Usage held = Devices.heldBy(4711, "qemu");
        Prober prober = new Prober(List.of(Devices.way("open", Devices.all(unknown("open", Cause.IN_USE)))));

        assertThat(prober.probe(Devices.mdev("mtty", held)).device().usage()).isEqualTo(held);
    }

    @Test
    void anyOtherRefusalSaysNothingOfItsUse() {
        Prober prober = new Prober(List.of(Devices.way("open", Devices.all(unknown("open", Cause.FAILED)))));

        assertThat(prober.probe(Devices.MDEV).device()).isEqualTo(Devices.MDEV);
    }

    @Test
    void aProbeAnswersEveryQuestion() {
        assertThatThrownBy(() -> new DeviceProbe(Devices.MDEV, Map.of(Question.EDID, YES)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Devices.MDEV.name());
    }
}
