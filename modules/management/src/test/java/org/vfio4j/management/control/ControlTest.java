/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.TestDevice;
import org.vfio4j.management.TestDriver;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.definition.Definition.Start;
import org.vfio4j.management.definition.Definitions;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.migrate.Migrations;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Ways;
import tools.jackson.databind.json.JsonMapper;

@Timeout(300)
class ControlTest {
    @TempDir
    private Path folder;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final UserHost host = new UserHost(
            List.of(new TestDriver("gpu")
                    .type("gpu-1", new TestDevice().edid())
                    .states("gpu 2.1", "gpu 2.0", "gpu 2.1")),
            List.of());
    private Folders folders = new Folders(Path.of(""), Path.of(""));
    private Optional<ControlServer> server = Optional.empty();
    private Optional<Migrations> migrations = Optional.empty();

    @BeforeEach
    void listen() {
        folders = new Folders(folder.resolve("run"), folder.resolve("state"));
        RunLock.take(folders).close();
        DefinedHost defined = new DefinedHost(host, new Definitions(folders.definitions()));
        migrations = Optional.of(
                Migrations.open(defined, folders.migrations(), new PeerConnector(null), "1.0", Clock.systemUTC()));
        server = Optional.of(ControlServer.listen(
                folders.socket(), new HostCommands(defined, "1.0", null, migrations.get(), ended::countDown)));
    }

    @AfterEach
    void close() {
        server.ifPresent(ControlServer::close);
        migrations.ifPresent(Migrations::close);
        host.close();
    }

    private RunningHost running() {
        return RunningHost.at(folders.socket()).orElseThrow();
    }

    /** Sends raw bytes, ends the sending side, and returns every line that came until the host closed. */
    private List<String> exchange(byte[] sent) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(folders.socket()))) {
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    ByteBuffer rest = ByteBuffer.wrap(sent);
                    while (rest.hasRemaining()) {
                        channel.write(rest);
                    }
                    channel.shutdownOutput();
                } catch (IOException e) {
                    // the host has closed, which is its right
                }
            });
            ByteArrayOutputStream received = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            try {
                while (channel.read(buffer) >= 0) {
                    received.write(buffer.array(), 0, buffer.position());
                    buffer.clear();
                }
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("reset");
            }
            join(sender);
            return received.toString(StandardCharsets.UTF_8).lines().toList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gpu, gpu-1, gpu 2.0, true",
        "gpu, gpu-1, gpu 2.1, true",
        "gpu, gpu-1, gpu 2.2, false",
        "gpu, gpu-1, gpu, false",
        "gpu, gpu-7, gpu 2.1, ",
        "npu, npu-1, npu 1.0, ",
    })
    void aDriverIsAskedWhetherItLoadsAnothersState(String parent, String type, String version, Boolean loads) {
        try (RunningHost running = running()) {
            assertThat(running.acceptsMigrationVersion(parent, type, version)).isEqualTo(Optional.ofNullable(loads));
        }
    }

    @Test
    void aSnapshotOfItSaysWhatItsDriversLoad() {
        try (RunningHost running = running()) {
            MdevParent.Type type = running.types().parents().stream()
                    .flatMap(parent -> parent.type("gpu-1").stream())
                    .findFirst()
                    .orElseThrow();

            assertThat(type.migrationVersion()).contains("gpu 2.1");
            assertThat(type.migrationAccepts()).containsExactly("gpu 2.0", "gpu 2.1");
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> exchange(String sent) throws IOException {
        return exchange(sent.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theSocketIsForItsUserAlone() throws IOException {
        assertThat(Files.getPosixFilePermissions(folders.socket()))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        assertThat(Files.getPosixFilePermissions(folders.run()))
                .containsExactlyInAnyOrder(
                        PosixFilePermission.OWNER_READ,
                        PosixFilePermission.OWNER_WRITE,
                        PosixFilePermission.OWNER_EXECUTE);
    }

    @Test
    void nothingIsResetThatIsNotNamed() throws IOException {
        for (String command : List.of("probe", "compare")) {
            assertThat(exchange("{\"execute\": \"" + command + "\", \"arguments\": {\"open\": true}}\n")
                            .getLast())
                    .contains("\"error\"", "so they must be named");
        }
    }

    @Test
    void aDevicesWholeLifeOverTheSocket() {
        try (RunningHost running = running()) {
            assertThat(running.types().parents()).isEqualTo(host.types().parents());
            HostDevice started =
                    running.start(RunningHost.arguments().put("parent", "gpu").put("type", "gpu-1"));
            assertThat(running.inventory()).isEqualTo(host.inventory());
            assertThat(running.find(started.name())).contains(started);
            assertThat(running.find("x")).isEmpty();
            running.define(RunningHost.arguments().put("device", started.name()).put("start", "auto"));
            running.tell(
                    "modify",
                    RunningHost.arguments().put("device", started.name()).put("start", "manual"));
            assertThat(running.defined().devices()).singleElement().satisfies(d -> {
                assertThat(d.isActive()).isTrue();
                assertThat(d.definition().start()).isEqualTo(Start.MANUAL);
            });
            running.tell(
                    "stop",
                    RunningHost.arguments().put("device", started.name()).put("timeout", 0));
            running.tell("undefine", RunningHost.arguments().put("device", started.name()));
            assertThat(running.defined().devices()).isEmpty();
            assertThat(running.inventory().devices()).isEmpty();
            assertThat(running.machine()).isEqualTo(host.machine());
            assertThat(running.places().sysfsOrNull()).isNull();
        }
    }

    @Test
    void probesAndComparesAsTheHostItself() {
        try (RunningHost running = running()) {
            HostDevice device =
                    running.start(RunningHost.arguments().put("parent", "gpu").put("type", "gpu-1"));

            assertThat(running.probe(List.of(device), false, "open"))
                    .singleElement()
                    .satisfies(p -> assertThat(p.device()).isEqualTo(device));
            assertThat(running.compare(List.of(device), false)).isEqualTo(List.of(Comparison.of(host, device, false)));
            assertThat(running.compare(List.of(device), false).getFirst().rows())
                    .extracting(Comparison.Row::way)
                    .isEqualTo(Ways.NAMES);
            assertThatThrownBy(() -> running.probe(List.of(device), false, "debugfs"))
                    .isInstanceOfSatisfying(RefusedException.class, e -> {
                        assertThat(e.errno()).isEqualTo(Errno.EINVAL);
                        assertThat(e.remedy()).contains("sysfs, features, group, read-only, open");
                    });
        }
    }

    @Test
    void moreDevicesThanGoIntoARequestAreAnsweredInTheirOrder() {
        try (RunningHost running = running()) {
            List<HostDevice> two = List.of(
                    running.start(RunningHost.arguments().put("parent", "gpu").put("type", "gpu-1")),
                    running.start(RunningHost.arguments().put("parent", "gpu").put("type", "gpu-1")));
            List<HostDevice> asked =
                    IntStream.range(0, 2_501).mapToObj(i -> two.get(i % 2)).toList();

            assertThat(running.probe(asked, false, "features"))
                    .extracting(DeviceProbe::device)
                    .isEqualTo(asked);
        }
    }

    @Test
    void aRefusalAmongSeveralRequestsLeavesTheConnectionInOrder() {
        try (RunningHost running = running()) {
            HostDevice device =
                    running.start(RunningHost.arguments().put("parent", "gpu").put("type", "gpu-1"));
            running.tell("stop", RunningHost.arguments().put("device", device.name()));

            assertThatThrownBy(() -> running.probe(Collections.nCopies(2_500, device), false, null))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
            assertThat(running.types().parents())
                    .singleElement()
                    .satisfies(p -> assertThat(p.name()).isEqualTo("gpu"));
        }
    }

    @Test
    void aRefusalKeepsItsReasonItsNumberAndItsRemedy() {
        try (RunningHost running = running()) {
            assertThatThrownBy(() -> running.start(
                            RunningHost.arguments().put("parent", "x").put("type", "y")))
                    .isInstanceOfSatisfying(RefusedException.class, e -> {
                        assertThat(e).hasMessage("there is no parent x");
                        assertThat(e.errno()).isEqualTo(Errno.ENODEV);
                        assertThat(e.remedy()).isEqualTo("There are: gpu.");
                    });
            assertThat(running.inventory().devices()).isEmpty();
        }
    }

    @Test
    void answersCarryTheIdOfTheirRequest() throws IOException {
        List<String> lines =
                exchange("{\"execute\":\"nope\",\"id\":[7]}\n{\"execute\":\"query-version\",\"id\":\"x\"}\n");

        assertThat(lines).hasSize(3);
        assertThat(lines.get(1)).contains("\"class\":\"CommandNotFound\"").endsWith("\"id\":[7]}");
        assertThat(lines.get(2)).startsWith("{\"return\":{\"vfio4j\"").endsWith("\"id\":\"x\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello",
                "[]",
                "{}",
                "{\"execute\":1}",
                "{\"execute\":\"list\",\"arguments\":[]}",
                "{\"execute\":\"a\",\"b\":1}",
                "",
                "{\"execute\":\"list\"}{",
                "{\"execute\":\"a\",\"execute\":\"b\"}"
            })
    void whatIsNoRequestIsAnsweredWithAnErrorAndTheConnectionClosed(String line) throws IOException {
        List<String> lines = exchange(line + "\n{\"execute\":\"query-version\"}\n");

        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).contains("\"error\"", "\"errno\":" + Errno.EPROTO);
    }

    @Test
    void aLineWithoutEndIsRefusedWhenItIsTooLong() throws IOException {
        byte[] endless = new byte[ControlRequest.MAX_BYTES + 1];
        java.util.Arrays.fill(endless, (byte) ' ');

        List<String> lines = exchange(endless);

        assertThat(lines.getLast()).contains("\"errno\":" + Errno.EMSGSIZE);
    }

    @Test
    void wrongArgumentsAreAnErrorAndTheConnectionGoesOn() throws IOException {
        List<String> lines = exchange("""
                {"execute":"start","arguments":{"device":7}}
                {"execute":"stop"}
                {"execute":"stop","arguments":{"device":"../x"}}
                {"execute":"query-commands"}
                """);

        assertThat(lines).hasSize(5);
        assertThat(lines.subList(1, 4)).allMatch(l -> l.startsWith("{\"error\""));
        assertThat(lines.get(4)).contains("query-commands");
    }

    @Test
    void aClientThatStallsKeepsNobodyWaiting() throws IOException {
        try (SocketChannel stalled = SocketChannel.open(UnixDomainSocketAddress.of(folders.socket()))) {
            stalled.write(ByteBuffer.wrap("{\"execute\":".getBytes(StandardCharsets.UTF_8)));
            try (RunningHost running = running()) {
                assertThat(running.inventory().devices()).isEmpty();
            }
        }
    }

    @Test
    void moreClientsThanTheHostTakesAreTurnedAway() throws IOException {
        java.util.ArrayList<RunningHost> clients = new java.util.ArrayList<>();
        try {
            for (int i = 0; i < 64; i++) {
                clients.add(running());
            }
            assertThatThrownBy(this::running)
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
        } finally {
            clients.forEach(RunningHost::close);
        }
    }

    @Test
    void shutdownIsAnsweredFirst() throws InterruptedException {
        try (RunningHost running = running()) {
            running.tell("shutdown", RunningHost.arguments());
        }

        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aHostThatHasEndedIsNotThereAndItsClientsAreTold() {
        try (RunningHost running = running()) {
            server.orElseThrow().close();

            assertThatThrownBy(running::inventory).isInstanceOf(RefusedException.class);
        }
        assertThat(folders.socket()).doesNotExist();
        assertThat(RunningHost.at(folders.socket())).isEmpty();
    }

    @Test
    void oneHostHasARunFolderAndTheNextCleansWhatADeadOneLeft() throws IOException {
        Folders other = new Folders(folder.resolve("other"), folder);
        try (RunLock _ = RunLock.take(other)) {
            assertThatThrownBy(() -> RunLock.take(other)).isInstanceOfSatisfying(RefusedException.class, e -> {
                assertThat(e.errno()).isEqualTo(Errno.EBUSY);
                assertThat(e)
                        .hasMessageContaining("pid " + ProcessHandle.current().pid());
            });
            Files.writeString(other.socket(), "left by a dead host");
        }
        try (RunLock _ = RunLock.take(other)) {
            assertThat(other.socket()).doesNotExist();
        }
    }

    @Test
    void aRunFolderThatEverybodyMayWriteToIsRefused() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> RunLock.take(new Folders(open, folder)))
                .isInstanceOfSatisfying(RefusedException.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.EACCES);
                    assertThat(e).hasMessageContaining("everybody may write to the folder " + open);
                });
        assertThat(open).isEmptyDirectory();
    }

    @Test
    void theFoldersAreThoseNamedThenThoseOfTheEnvironment() {
        Map<String, String> environment = Map.of("XDG_RUNTIME_DIR", "/run/user/7", "VFIO4J_STATE_DIR", "/s");

        assertThat(Folders.of(Optional.of(Path.of("/r")), Optional.empty(), environment))
                .isEqualTo(new Folders(Path.of("/r"), Path.of("/s")));
        assertThat(Folders.of(Optional.empty(), Optional.empty(), environment).socket())
                .isEqualTo(Path.of("/run/user/7/vfio4j/control.sock"));
        assertThat(Folders.of(Optional.empty(), Optional.empty(), Map.of("VFIO4J_RUN_DIR", "/v"))
                        .pidFile())
                .isEqualTo(Path.of("/v/pid"));
        assertThat(Folders.of(Optional.empty(), Optional.empty(), Map.of()).run())
                .isEqualTo(Path.of("/run/vfio4j"));
    }

    @Test
    void aClientWhoNamesNoFolderFindsHisOwnHostThenTheSystems() {
        Map<String, String> session = Map.of("XDG_RUNTIME_DIR", "/run/user/0");
        Path own = Path.of("/run/user/0/vfio4j/control.sock");
        Path system = Path.of("/run/vfio4j/control.sock");

        assertThat(Folders.socketOf(Optional.empty(), session, _ -> true)).isEqualTo(own);
        assertThat(Folders.socketOf(Optional.empty(), session, system::equals)).isEqualTo(system);
        assertThat(Folders.socketOf(Optional.empty(), session, _ -> false)).isEqualTo(own);
        assertThat(Folders.socketOf(Optional.of(Path.of("/r")), session, system::equals))
                .isEqualTo(Path.of("/r/control.sock"));
        assertThat(Folders.socketOf(Optional.empty(), Map.of("VFIO4J_RUN_DIR", "/v"), system::equals))
                .isEqualTo(Path.of("/v/control.sock"));
    }

    @Test
    void theFormOfAMessageIsOneLineOfJson() throws IOException {
        for (String line : exchange("{\"execute\":\"list\"}\n{\"execute\":\"types\"}\n")) {
            assertThat(JsonMapper.builder().build().readTree(line).isObject()).isTrue();
        }
    }
}
