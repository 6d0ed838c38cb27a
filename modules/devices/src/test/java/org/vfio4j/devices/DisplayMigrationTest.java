/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.devices.Access.assertErrno;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Mapping;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

/** How the displays move, mdpy and mbochs alike: their memory ahead, what changed behind it, their registers last. */
@ParameterizedClass
@MethodSource("models")
class DisplayMigrationTest {
    private static final int PAGE = 4096;
    private static final int HEADER = 64;
    private static final int RECORD = 24;

    private final Arena arena = Arena.ofConfined();
    private final Supplier<VfioDevice> other;
    private final VfioDevice source;
    private final VfioDevice target;
    private final Access from;
    private final Access to;
    private final int size;

    DisplayMigrationTest(Model model) {
        this.other = model.other();
        this.source = model.maker().get();
        this.target = model.maker().get();
        this.from = new Access(source);
        this.to = new Access(target);
        this.size = (int) source.regionInfo(RegionInfo.PCI_BAR0).size();
    }

    /** What a device is made by, and what makes one whose state it must refuse. */
    record Model(String name, Supplier<VfioDevice> maker, Supplier<VfioDevice> other) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Model> models() {
        return Stream.of(
                new Model("mdpy-vga", () -> mdpy(MdpyDevice.Model.VGA), () -> mdpy(MdpyDevice.Model.XGA)),
                new Model("mbochs-small", () -> mbochs(MbochsDevice.Model.SMALL), () -> mdpy(MdpyDevice.Model.XGA)),
                new Model(
                        "mbochs-medium",
                        () -> mbochs(MbochsDevice.Model.MEDIUM),
                        () -> mbochs(MbochsDevice.Model.SMALL)));
    }

    private static VfioDevice mdpy(MdpyDevice.Model model) {
        return MdpyDevice.create(model, () -> {});
    }

    private static VfioDevice mbochs(MbochsDevice.Model model) {
        return MbochsDevice.create(model, () -> {});
    }

    @AfterEach
    void close() {
        from.close();
        to.close();
        arena.close();
    }

    @Test
    void itTellsHowItMigrates() {
        assertThat(Feature.migrationFlags(source)).isEqualTo(Feature.STOP_COPY | Feature.P2P | Feature.PRE_COPY);
        assertThat(Feature.deviceState(source)).isEqualTo(DeviceState.RUNNING);
        assertThat(Feature.migrationDataSize(source)).isBetween((long) size, size + 4096L);
    }

    @Test
    void itLogsDmaAndHasNothingToReport() {
        IovaRange range = IovaRange.of(0, 1 << 20);
        MemorySegment bitmap = from.payload(256 / 8);

        source.startDmaLogging(PAGE, List.of(range));
        source.reportDmaLogging(range, PAGE, bitmap);
        source.stopDmaLogging();

        assertThat(bitmap.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
    }

    @Test
    void theOtherDeviceGoesOnWhereThisOneStopped() {
        from.write(0, 4 * PAGE, 4, 0x00c0ffee);
        from.write(0, size - 4, 4, 0x12345678);
        from.config(0x10, 0xfe00_0000);
        to.write(0, 8 * PAGE, 4, 0x0badbad);

        load(target, save(source));
        target.setDeviceState(DeviceState.RUNNING);

        assertSame();
        assertThat(to.config(0x10)).isEqualTo(from.config(0x10));
    }

    @Test
    void whatIsSavedAgainIsTheSame() {
        fill(source, 7);
        byte[] stream = save(source);

        load(target, stream);

        assertThat(save(target)).isEqualTo(stream);
    }

    @Test
    void afterPreCopyOnlyWhatChangedIsStillToGo() {
        fill(source, 1);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (MigrationStream stream = open(source, DeviceState.PRE_COPY)) {
            assertThat(stream.precopyInfo().initialBytes()).isGreaterThanOrEqualTo(size);
            int first = round(stream, all);
            assertThat(first).isGreaterThan(size);
            assertThat(stream.precopyInfo()).isEqualTo(new MigrationStream.PrecopyInfo(0, 0));

            from.write(0, 3 * PAGE + 5, 1, 0x55);
            from.write(0, 9 * PAGE, 4, 0);
            from.write(0, 9 * PAGE, 4, 0x0102_0304);
            int second = round(stream, all);
            assertThat(second).isEqualTo(2 * (RECORD + PAGE));
            from.write(0, 9 * PAGE, 4, 0x0505_0505);
            from.config(0x10, 0xfd00_0000);
            assertThat(stream.precopyInfo()).isEqualTo(new MigrationStream.PrecopyInfo(0, PAGE));

            source.setDeviceState(DeviceState.STOP_COPY);
            assertErrno(Errno.EINVAL, stream::precopyInfo);
            byte[] last = drain(stream);
            all.writeBytes(last);
            assertThat(last).hasSizeBetween(PAGE + 2 * RECORD, 2 * PAGE + 2 * RECORD);
        }
        load(target, all.toByteArray());

        assertSame();
        assertThat(to.config(0x10)).isEqualTo(from.config(0x10));
    }

    @Test
    void aPageThatWasEmptiedInPreCopyIsEmptyThere() {
        fill(source, 3);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (MigrationStream stream = open(source, DeviceState.PRE_COPY)) {
            round(stream, all);
            from.write(0, 5 * PAGE, new byte[3 * PAGE]);
            round(stream, all);
            from.write(0, 6 * PAGE, 1, 9);
            round(stream, all);
            from.write(0, 6 * PAGE, 1, 0);
            source.setDeviceState(DeviceState.STOP_COPY);
            all.writeBytes(drain(stream));
        }
        fill(target, 4);

        load(target, all.toByteArray());

        assertSame();
    }

    @Test
    void aGuestThatDrawsAllTheTimeLosesNothing() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Random random = new Random(42);
        try (RegionFile file = source.regionFile(RegionInfo.PCI_BAR0);
                Mapping drawn = Mapping.readWrite(file.fd(), file.offset(), size);
                MigrationStream stream = open(source, DeviceState.PRE_COPY)) {
            MemorySegment into = arena.allocate(10_000);
            for (int i = 0; i < 3_000; i++) {
                drawn.segment().set(ValueLayout.JAVA_BYTE, random.nextInt(size), (byte) random.nextInt());
                try {
                    int read = stream.read(into);
                    all.writeBytes(into.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE));
                } catch (ErrnoException e) {
                    assertThat(e.errno()).isEqualTo(Errno.ENOMSG);
                }
            }
            source.setDeviceState(DeviceState.STOP_COPY);
            all.writeBytes(drain(stream));
        }

        load(target, all.toByteArray());

        assertSame();
    }

    @Test
    void preCopyThatIsGivenUpLeavesTheDeviceRunning() {
        fill(source, 1);
        MigrationStream stream = open(source, DeviceState.PRE_COPY);
        round(stream, new ByteArrayOutputStream());

        source.setDeviceState(DeviceState.RUNNING);

        assertErrno(Errno.ENODEV, () -> stream.read(arena.allocate(1)));
        assertThat(Feature.deviceState(source)).isEqualTo(DeviceState.RUNNING);
        stream.close();
        load(target, save(source));
        assertSame();
    }

    @Test
    void aStreamMayComeInAnyPieces() {
        fill(source, 5);
        byte[] stream = save(source);
        Random random = new Random(7);
        try (MigrationStream resuming = open(target, DeviceState.RESUMING)) {
            for (int at = 0; at < stream.length; ) {
                int end = Math.min(stream.length, at + 1 + random.nextInt(100_000));
                write(resuming, Arrays.copyOfRange(stream, at, end));
                at = end;
            }
            target.setDeviceState(DeviceState.STOP);
        }
        assertSame();
    }

    @Test
    void everyFlippedBitIsFoundAndTheDeviceUntouched() {
        fill(source, 6);
        byte[] good = save(source);
        fill(target, 8);
        byte[] before = save(target);
        Random random = new Random(11);
        for (int i = 0; i < 24; i++) {
            byte[] bad = good.clone();
            int at = i < 12 ? i * 7 : random.nextInt(bad.length);
            bad[at] ^= (byte) (1 << random.nextInt(8));
            assertThat(refusal(bad)).as("byte %d", at).isEqualTo(at < HEADER ? "EFAULT" : "EINVAL");
        }
        assertThat(save(target)).isEqualTo(before);
    }

    @Test
    void aRecordThatIsMissingOrComesTwiceIsFound() {
        fill(source, 6);
        byte[] good = save(source);
        int second = HEADER + RECORD + 64 * PAGE;
        byte[] missing = new byte[good.length - (second - HEADER)];
        System.arraycopy(good, 0, missing, 0, HEADER);
        System.arraycopy(good, second, missing, HEADER, good.length - second);
        byte[] twice = new byte[good.length + second - HEADER];
        System.arraycopy(good, 0, twice, 0, second);
        System.arraycopy(good, HEADER, twice, second, good.length - HEADER);

        assertThat(refusal(missing)).isEqualTo("EINVAL");
        assertThat(refusal(twice)).isEqualTo("EINVAL");
    }

    @Test
    void aStreamThatEndsTooEarlyOrTooLateIsRefused() {
        fill(source, 6);
        byte[] good = save(source);
        for (int length : new int[] {0, 1, HEADER - 1, HEADER, HEADER + RECORD, good.length / 2, good.length - 1}) {
            assertThat(refusal(Arrays.copyOf(good, length)))
                    .as("%d bytes", length)
                    .isEqualTo("EINVAL");
        }
        assertThat(refusal(Arrays.copyOf(good, good.length + 1))).isEqualTo("ENOMEM");
        assertThat(Feature.deviceState(target)).isEqualTo(DeviceState.RUNNING);
    }

    @Test
    void aStreamOfAnotherDeviceIsRefused() {
        try (VfioDevice foreign = other.get()) {
            assertThat(refusal(save(foreign))).isEqualTo("EFAULT");
        }
        assertThat(refusal(new byte[1000])).isEqualTo("EFAULT");
    }

    @Test
    void closingTheDeviceEndsTheStream() {
        MigrationStream stream = open(source, DeviceState.PRE_COPY);
        MigrationStream resuming = open(target, DeviceState.RESUMING);

        source.close();
        target.close();

        assertErrno(Errno.ENODEV, () -> stream.read(arena.allocate(1)));
        assertErrno(Errno.ENODEV, () -> write(resuming, new byte[1]));
        stream.close();
        resuming.close();
        assertErrno(Errno.EBADF, () -> stream.read(arena.allocate(1)));
    }

    @Test
    void aStreamGoesOneWayOnly() {
        try (MigrationStream saving = open(source, DeviceState.STOP_COPY);
                MigrationStream resuming = open(target, DeviceState.RESUMING)) {
            assertErrno(Errno.EINVAL, () -> write(saving, new byte[1]));
            assertErrno(Errno.EINVAL, () -> resuming.read(arena.allocate(1)));
            assertErrno(Errno.EINVAL, resuming::precopyInfo);
        }
    }

    /** What loading says, after which the device is reset only as far as its state goes: back to RUNNING. */
    private String refusal(byte[] stream) {
        String answer = "taken";
        byte[] before = to.bytes(0, 0, size);
        try (MigrationStream resuming = open(target, DeviceState.RESUMING)) {
            write(resuming, stream);
            target.setDeviceState(DeviceState.STOP);
        } catch (ErrnoException e) {
            answer = e.errnoName();
            assertErrno(Errno.EINVAL, () -> target.setDeviceState(DeviceState.RUNNING));
            assertThat(to.bytes(0, 0, size)).isEqualTo(before);
        }
        target.reset();
        to.write(0, 0, before);
        return answer;
    }

    private void assertSame() {
        assertThat(Arrays.mismatch(to.bytes(0, 0, size), from.bytes(0, 0, size)))
                .isEqualTo(-1);
    }

    private void fill(VfioDevice device, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        device.write(RegionInfo.PCI_BAR0, 0, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
    }

    private byte[] save(VfioDevice device) {
        try (MigrationStream stream = open(device, DeviceState.STOP_COPY)) {
            byte[] saved = drain(stream);
            device.setDeviceState(DeviceState.RUNNING);
            return saved;
        }
    }

    private void load(VfioDevice device, byte[] stream) {
        try (MigrationStream resuming = open(device, DeviceState.RESUMING)) {
            write(resuming, stream);
            device.setDeviceState(DeviceState.STOP);
        }
    }

    private static MigrationStream open(VfioDevice device, DeviceState state) {
        return device.setDeviceState(state).orElseThrow();
    }

    /** Reads to the end of a round of pre-copy. */
    private int round(MigrationStream stream, ByteArrayOutputStream into) {
        MemorySegment part = arena.allocate(1 << 20);
        int before = into.size();
        while (true) {
            try {
                int read = stream.read(part);
                into.writeBytes(part.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE));
            } catch (ErrnoException e) {
                assertThat(e.errno()).isEqualTo(Errno.ENOMSG);
                return into.size() - before;
            }
        }
    }

    private byte[] drain(MigrationStream stream) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        MemorySegment part = arena.allocate(1 << 20);
        for (int read = stream.read(part); read > 0; read = stream.read(part)) {
            all.writeBytes(part.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE));
        }
        return all.toByteArray();
    }

    private void write(MigrationStream stream, byte[] bytes) {
        assertThat(stream.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes)))
                .isEqualTo(bytes.length);
    }
}
