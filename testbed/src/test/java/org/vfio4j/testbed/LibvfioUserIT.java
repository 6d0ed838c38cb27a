/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.Memfd;
import org.vfio4j.management.host.SocketHost;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Prober;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.probe.Ways;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.user.VfioUserDevice;

/** Our client, and the prober on it, with servers of the C library: its samples gpio-pci-idio-16 and server. */
class LibvfioUserIT {
    private static final long PATIENCE = Duration.ofSeconds(60).toNanos();
    private static final long PAGE = 4096;
    private static final int BAR1 = RegionInfo.PCI_BAR0 + 1;
    private static final int BAR2 = RegionInfo.PCI_BAR0 + 2;

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init") // start() sets both at the begin of every test
    private Process server;

    @SuppressWarnings("NullAway.Init")
    private Path socket;

    private void start(String sample) throws IOException {
        socket = folder.resolve("device.sock");
        server = new ProcessBuilder(Serving.peer("libvfio-user"), sample, socket.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        long end = System.nanoTime() + PATIENCE;
        while (!Listening.isAt(socket) && server.isAlive() && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        assertThat(Listening.isAt(socket))
                .as(Files.readString(folder.resolve("log")))
                .isTrue();
    }

    @AfterEach
    void stop() throws InterruptedException {
        server.destroy();
        server.waitFor(10, TimeUnit.SECONDS);
        server.destroyForcibly();
    }

    @Test
    void itsDeviceIsUsedAsAnyOther() throws IOException {
        start("gpio-pci-idio-16");
        try (VfioUserDevice device = VfioUserDevice.connect(socket);
                Arena arena = Arena.ofConfined();
                Eventfd interrupt = Eventfd.create();
                Fd memory = Memfd.create("guest", 1 << 20)) {
            MemorySegment ids = arena.allocate(4);
            IovaRange range = IovaRange.of(1 << 20, 1 << 20);

            assertThat(device.offer()).isEmpty();
            assertThat(device.info().flags() & DeviceInfo.PCI).isNotZero();
            assertThat(device.read(RegionInfo.PCI_CONFIG, 0, ids)).isEqualTo(4);
            assertThat(ids.get(ValueLayout.JAVA_INT, 0)).isEqualTo(0x0dc8494f);
            assertThat(device.regionInfo(BAR2).size()).isPositive();
            assertThat(device.read(BAR2, 0, ids.asSlice(0, 1))).isEqualTo(1);
            assertThat(device.irqInfo(IrqInfo.PCI_INTX).count()).isEqualTo(1);
            device.setIrqs(IrqRequest.trigger(IrqInfo.PCI_INTX, interrupt.fd()));
            device.setIrqs(IrqRequest.disable(IrqInfo.PCI_INTX));
            device.mapDma(new DmaMapping(range, DmaMapping.READ | DmaMapping.WRITE, new DmaMapping.File(memory, 0)));
            device.unmapDma(range);
            assertThatExceptionOfType(ErrnoException.class).isThrownBy(() -> device.regionInfo(1000));
            device.reset();
            assertThat(device.read(RegionInfo.PCI_CONFIG, 0, ids)).isEqualTo(4);
        }
    }

    /** The sample has a BAR of which two of three pages can be mapped, and sends a file for each of them. */
    @Test
    void aBarIsMappedInParts() throws IOException {
        start("server");
        try (VfioUserDevice device = VfioUserDevice.connect(socket);
                Arena arena = Arena.ofConfined()) {
            assertThat(device.regionInfo(BAR1).mappable())
                    .containsExactly(new RegionCapability.Area(0, PAGE), new RegionCapability.Area(2 * PAGE, PAGE));
            MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_INT, 0xc0ffee);
            try (RegionFile file = device.regionFile(BAR1);
                    Mapping mapped = Mapping.readWrite(file.fd(), file.offset(), 3 * PAGE)) {
                assertThat(device.write(BAR1, 2 * PAGE, word)).isEqualTo(4);
                assertThat(mapped.segment().get(ValueLayout.JAVA_INT, 2 * PAGE)).isEqualTo(0xc0ffee);
                mapped.segment().set(ValueLayout.JAVA_INT, 0, 0xcafe);
                assertThat(device.read(BAR1, 0, word)).isEqualTo(4);
                assertThat(word.get(ValueLayout.JAVA_INT, 0)).isEqualTo(0xcafe);
            }
        }
    }

    /** The sample has a timer; when it is up it interrupts, writes a page of its client's memory and reads it, and ends if it is not the same. */
    @Test
    void itInterruptsAndReachesTheClientsMemoryOfItsOwnAccord() throws IOException {
        start("server");
        try (VfioUserDevice device = VfioUserDevice.connect(socket);
                Arena arena = Arena.ofConfined();
                Eventfd interrupt = Eventfd.create()) {
            MemorySegment guest = arena.allocate(PAGE);
            IovaRange range = IovaRange.of(1 << 20, PAGE);
            device.mapDma(new DmaMapping(
                    range, DmaMapping.READ | DmaMapping.WRITE, new DmaMapping.Remote(new Page(guest, range.first()))));
            device.setIrqs(IrqRequest.trigger(IrqInfo.PCI_INTX, interrupt.fd()));
            boolean isUp = false;
            for (int tries = 0; !isUp && tries < 10; tries++) {
                isUp = setTimer(device, arena) && device.answerOne(Duration.ofSeconds(10));
            }

            assertThat(isUp).isTrue();
            assertThat(device.answerOne(Duration.ofNanos(PATIENCE))).isTrue();
            assertThat(interrupt.drain()).isEqualTo(1);
            assertThat(guest.toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) 'A');
            assertThat(device.info().regions()).isEqualTo(10);
            assertThat(device.answerOne(Duration.ZERO)).isFalse();
        }
    }

    /** By the wall clock, in whole seconds. A time that has come before the server reads it is refused, or none. */
    private static boolean setTimer(VfioUserDevice device, Arena arena) {
        long soon = System.currentTimeMillis() / 1000 + 2;
        try {
            return device.write(RegionInfo.PCI_BAR0, 0, arena.allocateFrom(ValueLayout.JAVA_LONG, soon)) > 0;
        } catch (VfioException e) {
            return false;
        }
    }

    /** Memory that the server cannot map. */
    private record Page(MemorySegment memory, long first) implements DmaMapping.Owner {
        @Override
        public void read(long iova, MemorySegment into) {
            MemorySegment.copy(memory, iova - first, into, 0, into.byteSize());
        }

        @Override
        public void write(long iova, MemorySegment from) {
            MemorySegment.copy(from, 0, memory, iova - first, from.byteSize());
        }
    }

    @Test
    void itsDeviceIsProbed() throws IOException {
        start("gpio-pci-idio-16");
        try (SocketHost host = new SocketHost(List.of(socket))) {
            DeviceProbe probe = new Prober(Ways.of(host, false))
                    .probe(host.inventory().devices().getFirst());

            for (Question question : Question.values()) {
                assertThat(probe.answer(question).word()).as(question.word()).isEqualTo("no");
            }
        }
    }
}
