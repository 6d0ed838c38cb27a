/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.migration.StopCopy;

/** Migration by messages is the same as without them: every change of state that there can be, and the states themselves, both ways. */
@Timeout(300)
class MigrationStatesTest {
    private static final List<Sample> SAMPLES = Sample.ALL.stream()
            .filter(sample ->
                    List.of("mtty-1", "mtty-2", "mdpy-vga", "mbochs-small").contains(sample.type()))
            .toList();

    static Stream<Arguments> changes() {
        return SAMPLES.stream()
                .flatMap(sample -> Stream.of(DeviceState.values())
                        .flatMap(from -> Stream.of(DeviceState.values()).map(to -> Arguments.of(sample, from, to))));
    }

    @ParameterizedTest(name = "{0} {1} to {2}")
    @MethodSource("changes")
    void everyChangeIsAnsweredOverTheSocketAsWithoutIt(Sample sample, DeviceState from, DeviceState to) {
        List<String> direct;
        try (VfioDevice device = Side.OURS.open(sample)) {
            direct = history(device, from, to);
        }
        try (VfioDevice device = Side.VFIO_USER.open(sample)) {
            assertThat(history(device, from, to)).isEqualTo(direct);
        }
    }

    static Stream<Sample> samples() {
        return SAMPLES.stream();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void whatIsSavedOnOneSideOfASocketIsRestoredOnTheOther(Sample sample) throws IOException {
        try (VfioDevice direct = Side.OURS.open(sample);
                VfioDevice served = Side.VFIO_USER.open(sample);
                VfioDevice other = Side.VFIO_USER.open(sample)) {
            Access.write16(direct, RegionInfo.PCI_CONFIG, 4, 3);
            byte[] state = save(direct);

            StopCopy.restore(served, Channels.newChannel(new ByteArrayInputStream(state)), done -> {});
            StopCopy.copy(served, other);

            assertThat(save(other)).isEqualTo(state);
            assertThat(Feature.migrationFlags(other)).isEqualTo(Feature.migrationFlags(direct));
            assertThat(Feature.deviceState(other)).isEqualTo(DeviceState.RUNNING);
        }
    }

    private static byte[] save(VfioDevice device) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StopCopy.save(device, Channels.newChannel(bytes), done -> {});
        return bytes.toByteArray();
    }

    /** What the two changes answer, where they lead, and what the stream that they open says first. */
    private static List<String> history(VfioDevice device, DeviceState from, DeviceState to) {
        List<String> history = new ArrayList<>();
        for (DeviceState target : List.of(from, to)) {
            try {
                Optional<MigrationStream> stream = device.setDeviceState(target);
                history.add(target + (stream.isPresent() ? " opens a stream: " + first(stream.get()) : ""));
            } catch (ErrnoException e) {
                history.add(target + ": " + Errno.name(e.errno()));
            }
            history.add("now " + Feature.deviceState(device));
        }
        return history;
    }

    private static String first(MigrationStream stream) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(16);
            return stream.read(bytes) + " bytes";
        } catch (ErrnoException e) {
            return Errno.name(e.errno());
        }
    }
}
