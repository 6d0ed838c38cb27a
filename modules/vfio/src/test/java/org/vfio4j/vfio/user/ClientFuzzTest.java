/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Memfd;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionInfo;

class ClientFuzzTest {
    private static final String HOSTILE = "fuzzed server";
    private static final int MOST = 100_000;

    /** Whatever a server replies: each call ends in an answer that makes sense or in an errno, and no descriptor stays. */
    @FuzzTest(maxDuration = "60s")
    void aServerThatRepliesAnything(byte[] bytes) {
        UnixSocket.Pair pair = UnixSocket.pair();
        try (RawPeer server = new RawPeer(pair.left())) {
            byte[] version = RawPeer.version(0, 0, "{\"capabilities\":{\"org.vfio4j\":{}}}");
            server.sendRaw(RawPeer.message(0, 1, 16 + version.length, Wire.REPLY, version));
            byte[] most = Arrays.copyOf(bytes, Math.min(bytes.length, MOST));
            try (Fd hostile = Memfd.create(HOSTILE, 8192)) {
                server.sendRaw(most, hostile);
            }
            server.endSending();
            try (VfioUserDevice device = VfioUserDevice.take(pair.right())) {
                useAll(device);
            }
        }
        assertThat(Memfds.open(HOSTILE)).isZero();
    }

    /** A reply names the request's number, so each call is made once as each of the first few. */
    private static void useAll(VfioUserDevice device) {
        try (Arena arena = Arena.ofConfined();
                Fd memory = Memfd.create("guest", 8192)) {
            DmaMapping mapping = new DmaMapping(
                    IovaRange.of(0, 8192), DmaMapping.READ | DmaMapping.WRITE, new DmaMapping.File(memory, 0));
            List<Runnable> calls = List.of(
                    () -> device.mapDma(mapping),
                    () -> assertThat(device.info().regions()).isBetween(0, 256),
                    () -> checkRegion(device.regionInfo(0)),
                    () -> assertThat(device.irqInfo(0).count()).isBetween(0, 2048),
                    () -> assertThat(device.read(0, 0, arena.allocate(64))).isBetween(0, 64),
                    () -> assertThat(device.read(0, 0, arena.allocate(32768))).isBetween(0, 32768),
                    () -> assertThat(device.write(0, 0, arena.allocate(64))).isBetween(0, 64),
                    () -> device.regionFile(0).close(),
                    () -> device.setIrqs(IrqRequest.disable(0)),
                    () -> device.queryGfxPlane(GfxPlane.REGION),
                    () -> device.gfxDmabuf(1).close(),
                    () -> Feature.migrationFlags(device),
                    () -> device.setDeviceState(DeviceState.STOP_COPY)
                            .ifPresent(stream -> stream.read(arena.allocate(64))),
                    device::reset);
            for (Runnable call : calls) {
                try {
                    call.run();
                } catch (ErrnoException e) {
                    assertThat(e.errno()).isPositive();
                }
            }
        }
    }

    private static void checkRegion(RegionInfo region) {
        assertThat(region.size()).isNotNegative();
        for (RegionCapability.Area area : region.mappable()) {
            assertThat(area.offset()).isBetween(0L, region.size());
            assertThat(area.size()).isBetween(0L, region.size() - area.offset());
        }
    }
}
