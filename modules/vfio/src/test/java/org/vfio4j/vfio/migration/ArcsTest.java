/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.VfioException;

class ArcsTest {
    private static final Set<DeviceState> SAVING =
            Set.of(DeviceState.STOP_COPY, DeviceState.PRE_COPY, DeviceState.PRE_COPY_P2P);

    /** The arcs a driver can be asked for, by the optional states it has, as linux/vfio.h words them. */
    private static final Set<String> ALWAYS =
            Set.of("STOP>STOP_COPY", "STOP_COPY>STOP", "STOP>RESUMING", "RESUMING>STOP");

    private static final Set<String> WITHOUT_P2P = Set.of("RUNNING>STOP", "STOP>RUNNING");
    private static final Set<String> WITH_P2P =
            Set.of("RUNNING>RUNNING_P2P", "RUNNING_P2P>RUNNING", "RUNNING_P2P>STOP", "STOP>RUNNING_P2P");
    private static final Set<String> WITH_PRE_COPY = Set.of("RUNNING>PRE_COPY", "PRE_COPY>RUNNING");
    private static final Set<String> WITH_BOTH = Set.of(
            "PRE_COPY>PRE_COPY_P2P",
            "PRE_COPY_P2P>PRE_COPY",
            "RUNNING_P2P>PRE_COPY_P2P",
            "PRE_COPY_P2P>RUNNING_P2P",
            "PRE_COPY_P2P>STOP_COPY");
    private static final Set<String> WITH_PRE_COPY_ALONE = Set.of("PRE_COPY>STOP_COPY");

    static Stream<Arguments> allPairs() {
        return Stream.of(1L, 1 | Feature.P2P, 1 | Feature.PRE_COPY, 1 | Feature.P2P | Feature.PRE_COPY)
                .flatMap(flags -> Stream.of(DeviceState.values())
                        .filter(from -> from == DeviceState.ERROR || has(flags, from))
                        .flatMap(from -> Stream.of(DeviceState.values())
                                .filter(to -> from != to)
                                .map(to -> Arguments.of(flags, from, to))));
    }

    @ParameterizedTest
    @MethodSource("allPairs")
    void theWayIsTheOneShortestThatTheRulesAllow(long flags, DeviceState from, DeviceState to) {
        List<List<DeviceState>> allowed = allowedWays(flags, from, to);
        if (allowed.isEmpty()) {
            assertThatExceptionOfType(VfioException.class)
                    .isThrownBy(() -> Arcs.of(flags).path(from, to))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        } else {
            int shortest = allowed.stream().mapToInt(List::size).min().orElseThrow();
            assertThat(allowed.stream().filter(way -> way.size() == shortest))
                    .as("what the rules leave open")
                    .containsExactly(Arcs.of(flags).path(from, to));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7 | RUNNING      | STOP         | RUNNING_P2P STOP",
                "7 | RUNNING      | STOP_COPY    | RUNNING_P2P STOP STOP_COPY",
                "7 | RUNNING      | PRE_COPY_P2P | RUNNING_P2P PRE_COPY_P2P",
                "7 | RUNNING      | RESUMING     | RUNNING_P2P STOP RESUMING",
                "7 | PRE_COPY     | STOP_COPY    | PRE_COPY_P2P STOP_COPY",
                "7 | PRE_COPY     | STOP         | RUNNING RUNNING_P2P STOP",
                "7 | PRE_COPY_P2P | RUNNING      | RUNNING_P2P RUNNING",
                "7 | RUNNING_P2P  | PRE_COPY     | RUNNING PRE_COPY",
                "7 | RESUMING     | PRE_COPY     | STOP RUNNING_P2P RUNNING PRE_COPY",
                "7 | STOP_COPY    | RESUMING     | STOP RESUMING",
                "7 | STOP_COPY    | RUNNING      | STOP RUNNING_P2P RUNNING",
                "5 | PRE_COPY     | STOP_COPY    | STOP_COPY",
                "5 | RUNNING      | STOP         | STOP",
                "3 | RESUMING     | RUNNING      | STOP RUNNING_P2P RUNNING",
                "1 | STOP_COPY    | RUNNING      | STOP RUNNING"
            })
    void someWays(long flags, DeviceState from, DeviceState to, String way) {
        assertThat(Arcs.of(flags).path(from, to)).map(DeviceState::name).containsExactly(way.split(" "));
    }

    @ParameterizedTest
    @EnumSource
    void whereADeviceIsItNeedNotGo(DeviceState state) {
        assertThat(Arcs.of(7).path(state, state)).isEmpty();
    }

    @Test
    void aDeviceHasTheStatesItsFeaturesName() {
        assertThat(Arcs.of(1).states())
                .containsExactlyInAnyOrder(
                        DeviceState.RUNNING, DeviceState.STOP, DeviceState.STOP_COPY, DeviceState.RESUMING);
        assertThat(Arcs.of(7).states()).hasSize(7).doesNotContain(DeviceState.ERROR);
    }

    @Test
    void withoutStopCopyThereIsNoMigration() {
        assertThatIllegalArgumentException().isThrownBy(() -> Arcs.of(Feature.P2P | Feature.PRE_COPY));
    }

    /** Every way without a state twice that the rules allow, found by trying all. */
    private static List<List<DeviceState>> allowedWays(long flags, DeviceState from, DeviceState to) {
        List<List<DeviceState>> ways = new ArrayList<>();
        boolean backToPreCopy = from == DeviceState.STOP_COPY && SAVING.contains(to);
        if (!backToPreCopy) {
            extend(arcs(flags), new ArrayList<>(List.of(from)), to, ways);
        }
        return ways.stream()
                .filter(ArcsTest::savesOnlyAtTheEnds)
                .map(way -> way.subList(1, way.size()))
                .toList();
    }

    private static void extend(
            Set<String> arcs, List<DeviceState> way, DeviceState to, List<List<DeviceState>> complete) {
        DeviceState last = way.getLast();
        if (last == to) {
            complete.add(List.copyOf(way));
            return;
        }
        for (DeviceState next : DeviceState.values()) {
            if (arcs.contains(last + ">" + next) && !way.contains(next)) {
                way.add(next);
                extend(arcs, way, to, complete);
                way.removeLast();
            }
        }
    }

    private static boolean savesOnlyAtTheEnds(List<DeviceState> way) {
        return SAVING.containsAll(way)
                || way.subList(1, way.size() - 1).stream().noneMatch(SAVING::contains);
    }

    private static Set<String> arcs(long flags) {
        boolean p2p = (flags & Feature.P2P) != 0;
        boolean preCopy = (flags & Feature.PRE_COPY) != 0;
        return Stream.of(
                        ALWAYS,
                        p2p ? WITH_P2P : WITHOUT_P2P,
                        preCopy ? WITH_PRE_COPY : Set.<String>of(),
                        preCopy && p2p ? WITH_BOTH : Set.<String>of(),
                        preCopy && !p2p ? WITH_PRE_COPY_ALONE : Set.<String>of())
                .flatMap(Set::stream)
                .collect(Collectors.toSet());
    }

    private static boolean has(long flags, DeviceState state) {
        return arcs(flags).stream().anyMatch(arc -> arc.startsWith(state + ">"));
    }
}
