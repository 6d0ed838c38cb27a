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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
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
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.user.VfioUserDevice;

/** Our client, and the prober on it, with a server of the C library: its sample gpio-pci-idio-16. */
class LibvfioUserIT {
    private static final long PATIENCE = Duration.ofSeconds(60).toNanos();
    private static final int BAR2 = RegionInfo.PCI_BAR0 + 2;

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init") // start() sets both before every test
    private Process server;

    @SuppressWarnings("NullAway.Init")
    private Path socket;

    @BeforeEach
    void start() throws IOException {
        socket = folder.resolve("gpio.sock");
        server = new ProcessBuilder(
                        Path.of("libvfio-user").toAbsolutePath().toString(), "gpio-pci-idio-16", socket.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        long end = System.nanoTime() + PATIENCE;
        while (!Files.exists(socket) && server.isAlive() && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        assertThat(socket).as(Files.readString(folder.resolve("log"))).exists();
    }

    @AfterEach
    void stop() throws InterruptedException {
        server.destroy();
        server.waitFor(10, TimeUnit.SECONDS);
        server.destroyForcibly();
    }

    @Test
    void itsDeviceIsUsedAsAnyOther() {
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

    @Test
    void itsDeviceIsProbed() {
        try (SocketHost host = new SocketHost(List.of(socket))) {
            DeviceProbe probe = new Prober(Ways.of(host, false))
                    .probe(host.inventory().devices().getFirst());

            for (Question question : Question.values()) {
                assertThat(probe.answer(question).word()).as(question.word()).isEqualTo("no");
            }
        }
    }
}
