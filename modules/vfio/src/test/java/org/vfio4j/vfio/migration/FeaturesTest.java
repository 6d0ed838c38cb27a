/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.VfioException;

class FeaturesTest {
    private static final int GETTABLE = 20;
    private static final int SETTABLE = 21;

    private final Arena arena = Arena.ofConfined();
    private long value = 42;
    private final StateMachine states = new StateMachine(7, (from, to) -> Optional.empty());
    private final Features features = Features.builder()
            .get(GETTABLE, 8, data -> data.set(ValueLayout.JAVA_LONG, 0, value))
            .set(SETTABLE, 8, data -> value = data.get(ValueLayout.JAVA_LONG, 0))
            .migration(states, () -> 96)
            .dmaLogging()
            .build();

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void aKnownFeatureIsGotAndSet() {
        MemorySegment data = arena.allocate(8);

        features.handle(GETTABLE | Feature.GET, data);
        assertThat(data.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);

        features.handle(SETTABLE | Feature.SET, arena.allocateFrom(ValueLayout.JAVA_LONG, 7));
        assertThat(value).isEqualTo(7);
    }

    @Test
    void aProbeTouchesNothing() {
        assertThatCode(() -> {
                    features.handle(GETTABLE | Feature.PROBE, MemorySegment.NULL);
                    features.handle(GETTABLE | Feature.PROBE | Feature.GET, MemorySegment.NULL);
                    features.handle(SETTABLE | Feature.PROBE | Feature.SET, MemorySegment.NULL);
                    features.handle(
                            Feature.MIG_DEVICE_STATE | Feature.PROBE | Feature.GET | Feature.SET, MemorySegment.NULL);
                })
                .doesNotThrowAnyException();
        assertThat(value).isEqualTo(42);
    }

    @Test
    void anOperationTheFeatureHasNotIsRefusedAlsoWhenProbed() {
        assertRefused(GETTABLE | Feature.SET, 8, Errno.EINVAL);
        assertRefused(GETTABLE | Feature.PROBE | Feature.SET, 0, Errno.EINVAL);
        assertRefused(SETTABLE | Feature.PROBE | Feature.GET, 0, Errno.EINVAL);
        assertRefused(GETTABLE | Feature.PROBE | Feature.GET | Feature.SET, 0, Errno.EINVAL);
    }

    @Test
    void flagsThatMakeNoSenseAreRefusedBeforeTheFeatureIsLookedFor() {
        assertRefused(99 | Feature.GET | Feature.SET, 8, Errno.EINVAL);
        assertRefused(99 | Feature.PROBE | 1 << 19, 8, Errno.EINVAL);
        assertRefused(GETTABLE | Feature.GET | 1 << 31, 8, Errno.EINVAL);
        assertRefused(GETTABLE, 8, Errno.EINVAL);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 10, 99, 0xffff})
    void anUnknownFeatureIsNotOffered(int feature) {
        assertRefused(feature | Feature.PROBE, 0, Errno.ENOTTY);
        assertRefused(feature | Feature.GET, 8, Errno.ENOTTY);
        assertRefused(feature, 8, Errno.ENOTTY);
    }

    @Test
    void aShortPayloadIsRefused() {
        assertRefused(GETTABLE | Feature.GET, 7, Errno.EINVAL);
        assertRefused(SETTABLE | Feature.SET, 0, Errno.EINVAL);
        assertRefused(Feature.MIG_DEVICE_STATE | Feature.GET, 4, Errno.EINVAL);
        assertThat(value).isEqualTo(42);
    }

    @Test
    void migrationIsToldInThreeFeatures() {
        MemorySegment data = arena.allocate(8);

        features.handle(Feature.MIGRATION | Feature.GET, data);
        assertThat(data.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(7);

        features.handle(Feature.MIG_DATA_SIZE | Feature.GET, data);
        assertThat(data.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(96);

        features.handle(Feature.MIG_DEVICE_STATE | Feature.GET, data);
        assertThat(data.get(ValueLayout.JAVA_INT, 0)).isEqualTo(2);
        assertThat(data.get(ValueLayout.JAVA_INT, 4)).isEqualTo(-1);
    }

    @Test
    void theDeviceStateIsNotSetThroughItsFeature() {
        assertRefused(Feature.MIG_DEVICE_STATE | Feature.SET, 8, Errno.EINVAL);
    }

    @Test
    void dmaLoggingIsProbedHereAndDoneThroughItsOwnMethods() {
        assertThatCode(() ->
                        features.handle(Feature.DMA_LOGGING_START | Feature.SET | Feature.PROBE, MemorySegment.NULL))
                .doesNotThrowAnyException();
        assertRefused(Feature.DMA_LOGGING_START | Feature.SET, 24, Errno.EINVAL);
        assertRefused(Feature.DMA_LOGGING_STOP | Feature.SET, 0, Errno.EINVAL);
        assertRefused(Feature.DMA_LOGGING_REPORT | Feature.GET, 32, Errno.EINVAL);
    }

    private void assertRefused(int flags, int bytes, int errno) {
        assertRefused(flags, bytes == 0 ? MemorySegment.NULL : arena.allocate(bytes), errno);
    }

    private void assertRefused(int flags, MemorySegment data, int errno) {
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> features.handle(flags, data))
                .satisfies(e -> assertThat(e.errnoName()).isEqualTo(Errno.name(errno)));
    }
}
