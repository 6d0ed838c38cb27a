/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.json.LineChannel;
import org.vfio4j.management.qmp.QmpAddress;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What QEMU 11.1.3 said of a machine with an mtty, word for word, is understood. */
@Timeout(300)
class VmDevicesTest {
    private static final String DEVICE = "/machine/peripheral/device1";

    /** What it answers, by the command's path and property. */
    private static final Map<String, String> ANSWERS = Map.ofEntries(
            Map.entry(
                    "/machine/peripheral",
                    "[{\"name\": \"type\", \"type\": \"string\"}, {\"name\": \"port1\", \"type\": \"child<pcie-root-port>\"},"
                            + " {\"name\": \"gpu\", \"type\": \"child<vfio-pci>\"}, {\"name\": \"device1\", \"type\": \"child<vfio-user-pci>\"}]"),
            Map.entry("/machine/peripheral-anon", "[{\"name\": \"type\", \"type\": \"string\"}]"),
            Map.entry(
                    DEVICE,
                    "[{\"name\": \"addr\", \"type\": \"str\"}, {\"name\": \"x-msg-timeout\", \"type\": \"uint32\"},"
                            + " {\"name\": \"x-send-queued\", \"type\": \"bool\"}, {\"name\": \"x-pci-sub-device-id\", \"type\": \"uint32\"},"
                            + " {\"name\": \"vfio-user:\\\\x2frun\\\\x2fvm\\\\x5b1\\\\x5d.sock base BAR 0[0]\", \"type\": \"child<memory-region>\"},"
                            + " {\"name\": \"msix-table[0]\", \"type\": \"child<memory-region>\"}]"),
            Map.entry(DEVICE + " parent_bus", "\"/machine/peripheral/port1/port1\""),
            Map.entry(DEVICE + " addr", "9"),
            Map.entry(DEVICE + " hotpluggable", "true"),
            Map.entry(DEVICE + " x-msg-timeout", "60000"),
            Map.entry(DEVICE + " x-send-queued", "false"),
            Map.entry(DEVICE + " x-pci-sub-device-id", "4294967295"));

    @TempDir
    private Path folder;

    private Vm vm() throws IOException {
        Path socket = folder.resolve("qmp");
        ServerSocketChannel listener =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(() -> serve(listener));
        return Vm.connect(QmpAddress.parse(socket.toString()).orElseThrow());
    }

    private static void serve(ServerSocketChannel listener) {
        JsonMapper mapper = JsonMapper.builder().build();
        try (listener;
                SocketChannel client = listener.accept();
                LineChannel lines =
                        new LineChannel(client, 1 << 20, why -> new RefusedException(Errno.EMSGSIZE, why, ""))) {
            client.write(bytes("{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 3, \"minor\": 1, \"major\": 11}}}}"));
            for (Optional<byte[]> line = lines.read(); line.isPresent(); line = lines.read()) {
                JsonNode command = mapper.readTree(line.get());
                JsonNode arguments = command.path("arguments");
                String key = (arguments.path("path").asString("") + " "
                                + arguments.path("property").asString(""))
                        .strip();
                String answer = key.isEmpty() ? "{}" : ANSWERS.getOrDefault(key, "null");
                client.write(bytes("{\"id\": " + command.path("id") + ", \"return\": " + answer + "}"));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ByteBuffer bytes(String line) {
        return ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aDeviceIsReadWithAllThatItTakesToPlugItInAgain() throws IOException {
        try (Vm vm = vm()) {
            List<VmDevice> devices = vm.devices();

            assertThat(devices).hasSize(1);
            VmDevice device = devices.getFirst();
            assertThat(device.id()).isEqualTo("device1");
            assertThat(device.bus()).isEqualTo("port1");
            assertThat(device.address()).isEqualTo("01.1");
            assertThat(device.socket()).contains(Path.of("/run/vm[1].sock"));
            assertThat(device.isHotpluggable()).isTrue();
            assertThat(device.hasMsix()).isTrue();
            assertThat(device.properties()).containsOnlyKeys("x-msg-timeout");
        }
    }

    @Test
    void theKernelsDevicesAreSeen() throws IOException {
        try (Vm vm = vm()) {
            assertThat(vm.kernelDevices()).containsExactly("gpu");
            assertThat(vm.has("gpu")).isTrue();
            assertThat(vm.has("other")).isFalse();
            assertThat(vm.version()).isEqualTo("11.1.3");
        }
    }

    @Test
    void aNameThatIsNoBarsTellsNoSocket() {
        assertThat(VmDevices.socket("bus master[0]")).isEmpty();
        assertThat(VmDevices.socket("vfio-user:\\x2fa BAR 0[0]")).isEmpty();
        assertThat(VmDevices.socket("vfio-user:\\x2fa base BAR 0[0]")).contains(Path.of("/a"));
    }
}
