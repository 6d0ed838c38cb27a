/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.devices.Access.assertErrno;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.MigrationStream;

class MttyMigrationTest {
    private static final int ENOMSG = 42;
    private static final long MAGIC = 0x7e9d09898c3e2c4eL;

    private final Arena arena = Arena.ofConfined();
    private final MttyDevice source = new MttyDevice(MttyDevice.Model.DUAL, () -> {});
    private final MttyDevice target = new MttyDevice(MttyDevice.Model.DUAL, () -> {});
    private final Access from = new Access(source);
    private final Access to = new Access(target);

    @AfterEach
    void close() {
        from.close();
        to.close();
        arena.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {Feature.MIGRATION, Feature.MIG_DEVICE_STATE, 6, 7, 8, Feature.MIG_DATA_SIZE})
    void itHasTheFeaturesTheKernelsHas(int feature) {
        source.feature(feature | Feature.PROBE, MemorySegment.NULL);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 5, 10, 11})
    void itHasNoOther(int feature) {
        assertErrno(Errno.ENOTTY, () -> source.feature(feature | Feature.PROBE, MemorySegment.NULL));
    }

    @Test
    void itTellsHowItMigrates() {
        MttyDevice single = new MttyDevice(MttyDevice.Model.SINGLE, () -> {});

        assertThat(Feature.migrationFlags(source)).isEqualTo(Feature.STOP_COPY | Feature.P2P | Feature.PRE_COPY);
        assertThat(Feature.migrationDataSize(source)).isEqualTo(96);
        assertThat(Feature.migrationDataSize(single)).isEqualTo(60);
        assertThat(Feature.deviceState(source)).isEqualTo(DeviceState.RUNNING);
        single.close();
    }

    @Test
    void itLogsDmaAndHasNothingToReport() {
        IovaRange range = IovaRange.of(0, 1 << 20);
        MemorySegment bitmap = from.payload(256 / 8);

        source.startDmaLogging(4096, List.of(range));
        source.reportDmaLogging(range, 4096, bitmap);
        source.stopDmaLogging();

        assertThat(bitmap.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        assertErrno(Errno.EINVAL, () -> source.startDmaLogging(4096, List.of()));
    }

    @ParameterizedTest
    @EnumSource(MttyDevice.Model.class)
    void aFreshDevicesStreamIsTheKernels(MttyDevice.Model model) {
        try (MttyDevice device = new MttyDevice(model, () -> {})) {
            byte[] stream = save(device);

            ByteBuffer expected = ByteBuffer.allocate(24 + 36 * model.share()).order(ByteOrder.LITTLE_ENDIAN);
            expected.putLong(MAGIC).putInt(1).putInt(0).putInt(model.share()).putInt(0);
            for (int port = 0; port < model.share(); port++) {
                expected.put(24 + 36 * port + 33, (byte) 16);
            }
            assertThat(ByteBuffer.wrap(stream)).isEqualTo(expected.rewind());
        }
    }

    @Test
    void everyPlaceOfThePortIsWhereTheKernelHasIt() {
        from.write(0, 4, 1, 0x22);
        from.write(0, 7, 1, 0x33);
        from.write(0, 2, 1, 0xc1);
        for (int i = 0; i < 17; i++) {
            from.write(0, 0, 1, 0x40 + i);
        }
        from.read(0, 0, 1);
        from.write(0, 1, 1, 0xf5);
        from.write(0, 3, 1, 0x83);
        from.write(0, 0, 1, 0x0c);
        from.write(0, 1, 1, 0x01);

        byte[] port = Arrays.copyOfRange(save(source), 24, 60);

        assertThat(Arrays.copyOf(port, 8)).containsExactly(0, 0xf5, 0, 0x83, 0x22, 0, 0, 0x33);
        assertThat(Arrays.copyOfRange(port, 8, 24)).startsWith(0x40, 0x41).endsWith(0x4f);
        assertThat(Arrays.copyOfRange(port, 24, 36)).containsExactly(0, 1, 15, 1, 1, 0, 0x0c, 0x01, 0xc1, 16, 1, 0);
    }

    @Test
    void theOtherDeviceGoesOnWhereThisOneStopped() {
        from.write(1, 7, 1, 0x5a);
        from.write(1, 0, 1, 'h');
        from.write(1, 0, 1, 'i');

        load(target, save(source));
        target.setDeviceState(DeviceState.RUNNING);

        assertThat(to.read(1, 7, 1)).isEqualTo(0x5a);
        assertThat(to.read(1, 0, 1)).isEqualTo('h');
        assertThat(to.read(1, 0, 1)).isEqualTo('i');
        assertThat(to.read(1, 5, 1)).isEqualTo(0x60);
    }

    @Test
    void whatIsSavedAgainIsTheSame() {
        from.write(0, 0, 1, 7);
        from.write(1, 1, 1, 3);
        byte[] stream = save(source);

        load(target, stream);

        assertThat(save(target)).isEqualTo(stream);
    }

    @Test
    void anInterruptThatWasNotTakenIsToldAtTheOtherSide() {
        from.write(0, 1, 1, 1);
        from.write(0, 0, 1, 'x');
        try (Eventfd eventfd = Eventfd.create()) {
            target.setIrqs(IrqRequest.trigger(IrqInfo.PCI_INTX, eventfd.fd()));
            load(target, save(source));
            assertThat(eventfd.drain()).isZero();

            target.setDeviceState(DeviceState.RUNNING);

            assertThat(eventfd.drain()).isEqualTo(1);
        }
    }

    @Test
    void inPreCopyOnlyTheHeaderCanBeRead() {
        try (MigrationStream stream = open(source, DeviceState.PRE_COPY)) {
            assertThat(stream.precopyInfo()).isEqualTo(new MigrationStream.PrecopyInfo(24, 0));
            assertThat(read(stream, 200)).hasSize(24);
            assertThat(stream.precopyInfo()).isEqualTo(new MigrationStream.PrecopyInfo(0, 0));
            assertErrno(ENOMSG, () -> read(stream, 200));
            from.write(0, 7, 1, 0x77);

            assertThat(source.setDeviceState(DeviceState.PRE_COPY_P2P)).isEmpty();
            assertThat(source.setDeviceState(DeviceState.STOP_COPY)).isEmpty();

            byte[] ports = read(stream, 200);
            assertThat(ports).hasSize(72);
            assertThat(ports[7]).isEqualTo((byte) 0x77);
            assertThat(read(stream, 200)).isEmpty();
            assertErrno(Errno.EINVAL, stream::precopyInfo);
        }
    }

    @Test
    void theStreamEndsWithTheState() {
        MigrationStream saving = open(source, DeviceState.STOP_COPY);
        MigrationStream resuming = open(target, DeviceState.RESUMING);

        source.setDeviceState(DeviceState.RUNNING);
        target.reset();

        assertErrno(Errno.ENODEV, () -> read(saving, 10));
        assertErrno(Errno.ENODEV, () -> write(resuming, new byte[1]));
        assertThat(Feature.deviceState(target)).isEqualTo(DeviceState.RUNNING);
        saving.close();
        resuming.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = DeviceState.class,
            names = {"STOP_COPY", "RESUMING", "PRE_COPY"})
    void closingTheDeviceEndsTheStreamToo(DeviceState state) {
        MigrationStream stream = open(source, state);

        source.close();

        assertErrno(Errno.ENODEV, () -> read(stream, 10));
        stream.close();
    }

    @Test
    void aSecondSaveStartsAnew() {
        byte[] first = save(source);

        assertThat(save(source)).isEqualTo(first);
        assertErrno(Errno.EINVAL, () -> source.setDeviceState(DeviceState.ERROR));
    }

    @ParameterizedTest
    @CsvSource({"0, magic", "7, magic", "8, major", "12, minor", "16, ports", "20, flags", "23, flags"})
    void aWrongHeaderIsRefusedAndTheDeviceUntouched(int offset, String what) {
        to.write(0, 7, 1, 0x44);
        byte[] stream = save(source);
        stream[offset] ^= 0x10;
        try (MigrationStream resuming = open(target, DeviceState.RESUMING)) {
            assertErrno(Errno.EFAULT, () -> write(resuming, stream));
            assertErrno(Errno.EINVAL, () -> target.setDeviceState(DeviceState.RUNNING));
        }
        assertUntouched();
    }

    @Test
    void theHeaderIsCheckedAsSoonAsItIsComplete() {
        byte[] stream = save(source);
        stream[20] = 1;
        try (MigrationStream resuming = open(target, DeviceState.RESUMING)) {
            assertThat(write(resuming, Arrays.copyOf(stream, 23))).isEqualTo(23);
            assertErrno(Errno.EFAULT, () -> write(resuming, new byte[1]));
        }
    }

    @Test
    void aStreamOfADeviceWithOtherPortsIsRefused() {
        MttyDevice single = new MttyDevice(MttyDevice.Model.SINGLE, () -> {});
        try (MigrationStream resuming = open(target, DeviceState.RESUMING)) {
            assertErrno(Errno.EFAULT, () -> write(resuming, save(single)));
        }
        try (MigrationStream resuming = open(single, DeviceState.RESUMING)) {
            assertErrno(Errno.ENOMEM, () -> write(resuming, save(source)));
        }
        single.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 23, 24, 60, 95})
    void aStreamThatIsTooShortIsRefusedAndTheDeviceUntouched(int length) {
        to.write(0, 7, 1, 0x44);
        try (MigrationStream resuming = open(target, DeviceState.RESUMING)) {
            write(resuming, Arrays.copyOf(save(source), length));

            assertErrno(Errno.EINVAL, () -> target.setDeviceState(DeviceState.STOP));

            assertThat(Feature.deviceState(target)).isEqualTo(DeviceState.RESUMING);
        }
        assertUntouched();
    }

    @Test
    void aStreamThatIsTooLongIsRefusedWhole() {
        byte[] stream = save(source);
        try (MigrationStream resuming = open(target, DeviceState.RESUMING)) {
            assertErrno(Errno.ENOMEM, () -> write(resuming, Arrays.copyOf(stream, 97)));
            write(resuming, stream);
            assertErrno(Errno.ENOMEM, () -> write(resuming, new byte[1]));
            target.setDeviceState(DeviceState.STOP);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "24, 16", "24, 255", "25, 16", "26, 17", "26, 1", "33, 0", "33, 2", "33, 17", "34, 17", "60, 1", "62, 200"
    })
    void aPortThatCannotBeIsRefusedAndTheDeviceUntouched(int offset, int value) {
        to.write(0, 7, 1, 0x44);
        byte[] stream = save(source);
        stream[24 + offset] = (byte) value;
        try (MigrationStream resuming = open(target, DeviceState.RESUMING)) {
            write(resuming, stream);

            assertErrno(Errno.EINVAL, () -> target.setDeviceState(DeviceState.RUNNING));
        }
        assertUntouched();
    }

    /** What the tests put into the target's first port is still there, and a reset brings it back to work. */
    private void assertUntouched() {
        assertThat(to.read(0, 7, 1)).isEqualTo(0x44);
        target.reset();
        assertThat(Feature.deviceState(target)).isEqualTo(DeviceState.RUNNING);
    }

    private byte[] save(MttyDevice device) {
        try (MigrationStream stream = open(device, DeviceState.STOP_COPY)) {
            byte[] saved = read(stream, 1000);
            assertThat(read(stream, 1000)).isEmpty();
            device.setDeviceState(DeviceState.RUNNING);
            return saved;
        }
    }

    private void load(MttyDevice device, byte[] stream) {
        try (MigrationStream resuming = open(device, DeviceState.RESUMING)) {
            for (int i = 0; i < stream.length; i += 7) {
                write(resuming, Arrays.copyOfRange(stream, i, Math.min(i + 7, stream.length)));
            }
            device.setDeviceState(DeviceState.STOP);
        }
    }

    private static MigrationStream open(MttyDevice device, DeviceState state) {
        Optional<MigrationStream> stream = device.setDeviceState(state);
        assertThat(Feature.deviceState(device)).isEqualTo(state);
        return stream.orElseThrow();
    }

    private byte[] read(MigrationStream stream, int size) {
        MemorySegment into = arena.allocate(size);
        return into.asSlice(0, stream.read(into)).toArray(ValueLayout.JAVA_BYTE);
    }

    private int write(MigrationStream stream, byte[] bytes) {
        return stream.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
    }
}
