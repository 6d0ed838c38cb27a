/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.fleet.inventory.FolderInventory;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.probe.Cause;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Prober;
import org.vfio4j.management.probe.Ways;
import org.vfio4j.management.snapshot.Platform;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevParent;

class AgentTest {
    private static final Duration TTL = Duration.ofMinutes(10);

    @TempDir
    private Path folder;

    private final UserHost host = new UserHost(MdevCore.installed(), List.of());
    private final List<String> asked = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private boolean isBroken;

    /** The host in this process, which notes which devices were asked. */
    private final class Reader implements HostReader {
        private final Host of = host;

        @Override
        public String kind() {
            return of.kind();
        }

        @Override
        public Machine machine() {
            return of.machine();
        }

        @Override
        public Platform platform() {
            return Platform.UNKNOWN;
        }

        @Override
        public Inventory inventory() {
            if (isBroken) {
                throw new LinuxException(Errno.EMFILE, "open", "/sys/class/mdev_bus");
            }
            return of.inventory();
        }

        @Override
        public List<DeviceProbe> probe(List<HostDevice> devices) {
            devices.forEach(d -> asked.add(d.name()));
            return devices.stream().map(new Prober(Ways.of(of, false))::probe).toList();
        }
    }

    private Agent agent(FleetInventory inventory) {
        return new Agent(
                "node1",
                new Reader(),
                inventory.publish("node1", TTL),
                Changes.none(),
                new Agent.Settings(TTL, Duration.ofSeconds(1), Clock.systemUTC()),
                said::add);
    }

    private String make(String parent, String type) {
        MdevParent at = host.mdev().parent(parent).orElseThrow();
        UUID uuid = UUID.randomUUID();
        host.mdev().create(at, at.type(type).orElseThrow(), uuid);
        return uuid.toString();
    }

    private Snapshot published(FleetInventory inventory) {
        return inventory.read().host("node1").orElseThrow().published();
    }

    @Test
    void whatChangesIsPublishedAndWhatDoesNotIsNot() {
        FleetInventory inventory = new FolderInventory(folder, Clock.systemUTC());
        Agent agent = agent(inventory);
        agent.step();
        Snapshot first = published(inventory);
        assertThat(first.inventory().parents()).hasSize(3);

        agent.step();
        assertThat(published(inventory)).isEqualTo(first);

        String made = make("mtty", "mtty-1");
        agent.step();
        assertThat(published(inventory).inventory().devices())
                .map(HostDevice::name)
                .containsExactly(made);
    }

    @Test
    void aDeviceIsAskedOnceAndNotWhenItHasJustComeAndNoneThatIsLikeAnother() {
        FleetInventory inventory = new FolderInventory(folder, Clock.systemUTC());
        String there = make("mtty", "mtty-1");
        Agent agent = agent(inventory);
        agent.step();
        assertThat(asked).containsExactly(there);

        String like = make("mtty", "mtty-1");
        String fresh = make("mdpy", "mdpy-vga");
        agent.step();
        assertThat(asked).containsExactly(there);
        assertThat(probe(inventory, like).firstUnknown()).isEmpty();
        assertThat(probe(inventory, fresh).firstUnknown())
                .hasValueSatisfying(unknown -> assertThat(unknown.cause()).isEqualTo(Cause.INTRUSIVE));

        agent.step();
        agent.step();
        assertThat(asked).containsExactly(there, fresh);
        assertThat(probe(inventory, fresh).firstUnknown()).isEmpty();
    }

    private DeviceProbe probe(FleetInventory inventory, String name) {
        return published(inventory).probes().stream()
                .filter(p -> p.device().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aDeviceThatCannotTellIsNotAskedAgainAndAgain() {
        FleetInventory inventory = new FolderInventory(folder, Clock.systemUTC());
        String there = make("mtty", "mtty-1");
        Agent agent = agent(inventory);
        try (VfioDevice user = host.open(host.find(there).orElseThrow())) {
            assertThat(user.info().regions()).isPositive();
            agent.step();
            agent.step();
            agent.step();
        }
        int whileInUse = asked.size();
        agent.step();
        agent.step();
        assertThat(whileInUse).isLessThanOrEqualTo(1);
        assertThat(asked.size()).isLessThanOrEqualTo(2);
        assertThat(probe(inventory, there).firstUnknown()).isEmpty();
    }

    @Test
    void aHostThatCannotBeReadForAWhileIsPublishedAgain() {
        FleetInventory inventory = new FolderInventory(folder, Clock.systemUTC());
        Agent agent = agent(inventory);
        isBroken = true;
        agent.step();
        agent.step();
        assertThat(said).singleElement().asString().contains("is not published now", "EMFILE");
        isBroken = false;
        agent.step();
        assertThat(said).hasSize(2).last().asString().contains("published again");
        assertThat(published(inventory).inventory().parents()).hasSize(3);
    }

    @Test
    void troubleIsSaidOnceAndWaitedOut() throws java.io.IOException {
        Path file = Files.writeString(folder.resolve("no-folder"), "");
        Agent agent = agent(new FolderInventory(file, Clock.systemUTC()));
        agent.step();
        agent.step();
        assertThat(said).singleElement().asString().contains("is not published now");
        Files.delete(file);
        agent.step();
        assertThat(said).hasSize(2).last().asString().contains("published again");
    }
}
