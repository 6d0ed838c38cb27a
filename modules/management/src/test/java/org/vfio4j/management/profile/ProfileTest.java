/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Cause;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Prober;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.probe.Ways;
import org.vfio4j.vfio.tree.Node;

class ProfileTest {
    private static final Path FOLDER = Path.of("../../profiles");

    private static final String SMALL = """
            {"profile": 1, "name": "small", "driver": "acme", "open": "always", "parents": [
              {"pci": {"address": "0000:41:00.0", "vendor": "abcd", "device": "0001", "subsystem_vendor": "0000",
                       "subsystem_device": "0000", "class": "030000", "revision": "01"},
               "capacity": 4, "types": [
                 {"id": "acme-2", "name": "two", "cost": 2, "features": ["display-region", "migration"]},
                 {"id": "acme-1", "name": "one", "cost": 1, "most": 3}]}]}
            """;

    private static UserHost host(String json) {
        Profile profile = ProfileReader.read(json.getBytes(StandardCharsets.UTF_8));
        return new UserHost(ProfileDriver.of(profile), List.of());
    }

    private static List<Integer> available(UserHost host) {
        return host.types().parents().getFirst().types().stream()
                .map(t -> t.available().orElse(-1))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nvidia-grid.json", "intel-gvtg.json", "s390-ap.json"})
    void theProfilesThatAreShippedMakeHosts(String file) throws IOException {
        try (UserHost host = host(Files.readString(FOLDER.resolve(file)))) {
            assertThat(host.inventory().findings()).isEmpty();
            for (MdevParent parent : host.types().parents()) {
                MdevParent.Type type = parent.types().getFirst();
                HostDevice device = host.start(parent.name(), type.id(), UUID.randomUUID());
                assertThat(device.parent()).contains(parent.name());
                DeviceProbe probe = new Prober(Ways.of(host, false)).probe(device);
                assertThat(probe.answer(Question.EDID))
                        .isInstanceOfSatisfying(
                                Answer.Unknown.class, u -> assertThat(u.cause()).isEqualTo(Cause.NEEDS_VM));
                assertThat(probe.answer(Question.MIGRATION).word()).isNotEqualTo("unknown");
            }
        }
    }

    @Test
    void aParentsTypesShareItsCapacity() {
        try (UserHost host = host(SMALL)) {
            assertThat(available(host)).containsExactly(3, 2);
            UUID two = UUID.randomUUID();
            host.start("0000:41:00.0", "acme-2", two);
            assertThat(available(host)).containsExactly(2, 1);
            host.start("0000:41:00.0", "acme-2", UUID.randomUUID());
            assertThat(available(host)).containsExactly(0, 0);
            assertThatThrownBy(() -> host.start("0000:41:00.0", "acme-1", UUID.randomUUID()))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
            host.stop(two, java.time.Duration.ZERO);
            assertThat(available(host)).containsExactly(2, 1);
        }
    }

    @Test
    void aParentCanHaveOneTypeAtATime() {
        try (UserHost host = host(SMALL.replace("\"capacity\"", "\"one_type_at_a_time\": true, \"capacity\""))) {
            host.start("0000:41:00.0", "acme-1", UUID.randomUUID());

            assertThat(available(host)).containsExactly(2, 0);
        }
    }

    @Test
    void aStandInAnswersAsTheProfileSaysByEveryWay() {
        try (UserHost host = host(SMALL)) {
            HostDevice device = host.start("0000:41:00.0", "acme-2", UUID.randomUUID());

            Ways.of(host, false).forEach(way -> {
                assertThat(way.ask(device).get(Question.DISPLAY_REGION))
                        .as(way.name())
                        .isInstanceOf(Answer.Yes.class);
                assertThat(way.ask(device).get(Question.DISPLAY_DMABUF))
                        .as(way.name())
                        .isInstanceOf(Answer.No.class);
            });
            assertThat(new Prober(Ways.of(host, false)).probe(device).answer(Question.MIGRATION))
                    .isInstanceOfSatisfying(
                            Answer.Yes.class, yes -> assertThat(yes.flags()).containsExactly("stop-copy"));
        }
    }

    @Test
    void aStandInSaysThatItIsOne() {
        try (UserHost host = host(SMALL)) {
            HostDevice device = host.start("0000:41:00.0", "acme-1", UUID.randomUUID());
            Node node = host.tree().root();
            String path = "devices/pci0000:41/0000:41:00.0/" + device.name() + "/vendor/stand_in";
            for (String name : path.split("/", -1)) {
                node = ((Node.Directory) node).child(name).orElseThrow();
            }

            assertThat(new String(((Node.Attribute) node).show(), StandardCharsets.UTF_8))
                    .isEqualTo("vfio4j profile small: a plain PCI function, not a real acme-1\n");
        }
    }

    private static final String SETTABLE = SMALL.replace(
                    "\"driver\": \"acme\"", "\"driver\": \"acme\", \"attribute_group\": \"acme\"")
            .replace(
                    "\"cost\": 2",
                    "\"cost\": 2, \"attributes\": {\"serial\": \"7\", \"params\": {\"parameters\":"
                            + " {\"limit\": [\"0\", \"1\"], \"vnc\": [\"off\"]}}}");

    private static String read(UserHost host, HostDevice device, String file) {
        String path = "/devices/pci0000:41/0000:41:00.0/" + device.name() + "/" + file;
        return new String(((Node.Attribute) host.tree().find(path).orElseThrow()).show(), StandardCharsets.UTF_8);
    }

    @Test
    void anAttributeTakesThePermittedSettingsAndEachDeviceItsOwn() {
        try (UserHost host = host(SETTABLE)) {
            HostDevice one = host.start("0000:41:00.0", "acme-2", UUID.randomUUID());
            HostDevice two = host.start("0000:41:00.0", "acme-2", UUID.randomUUID());
            assertThat(read(host, one, "acme/params")).isEmpty();

            host.write(UUID.fromString(one.name()), "acme/params", "limit=0, vnc=off\n");

            assertThat(read(host, one, "acme/params")).isEqualTo("limit=0, vnc=off\n");
            assertThat(read(host, two, "acme/params")).isEmpty();
            assertThat(read(host, one, "acme/serial")).isEqualTo("7\n");
            host.write(UUID.fromString(one.name()), "acme/params", " \n");
            assertThat(read(host, one, "acme/params")).isEmpty();
        }
    }

    @Test
    void devicesOfAParentAreNumberedAndAFreeNumberIsTakenAgain() throws IOException {
        try (UserHost host = host(Files.readString(FOLDER.resolve("intel-gvtg.json")))) {
            List<UUID> devices = List.of(UUID.randomUUID(), UUID.randomUUID());
            devices.forEach(device -> host.start("0000:00:02.0", "i915-GVTg_V5_8", device));
            assertThat(devices).extracting(device -> number(host, device)).containsExactly("1\n", "2\n");

            host.stop(devices.getFirst(), java.time.Duration.ZERO);
            UUID third = UUID.randomUUID();
            host.start("0000:00:02.0", "i915-GVTg_V5_8", third);

            assertThat(number(host, third)).isEqualTo("1\n");
        }
    }

    private static String number(UserHost host, UUID device) {
        String path = "/devices/pci0000:00/0000:00:02.0/" + device + "/intel_vgpu/vgpu_id";
        return new String(((Node.Attribute) host.tree().find(path).orElseThrow()).show(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "acme/params | limit=2 | EINVAL",
                "acme/params | limit | EINVAL",
                "acme/params | limit=0,, | EINVAL",
                "acme/params | frames=1 | EINVAL",
                "acme/serial | 8 | EACCES",
                "acme/none | 8 | ENOENT",
                "acme | 8 | ENOENT",
                "mdev_type/create | x | ENOENT",
            })
    void whatIsNotPermittedIsRefusedAndChangesNothing(String file, String value, String errno) {
        try (UserHost host = host(SETTABLE)) {
            HostDevice device = host.start("0000:41:00.0", "acme-2", UUID.randomUUID());

            assertThatThrownBy(() -> host.write(UUID.fromString(device.name()), file, value))
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            e -> assertThat(e.errnoName()).isEqualTo(errno));
            assertThat(read(host, device, "acme/params")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"parameters\": | {\"params\": | attributes.params: has a key params",
                "[\"off\"] | [] | attributes.params.parameters.vnc: expected 1 to",
                "\"limit\": | \"li=mit\": | attributes.params.parameters: expected names of parameters",
                "{\"limit\": [\"0\", \"1\"], \"vnc\": [\"off\"]} | {} | attributes.params.parameters: expected at least one",
            })
    void aMistakeInAnAttributeIsRefusedWithItsPlace(String right, String wrong, String message) {
        assertThatThrownBy(() -> host(SETTABLE.replace(right, wrong)))
                .isInstanceOf(ProfileException.class)
                .hasMessageStartingWith("parents[0].types[0]." + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"profile\": 1 | \"profile\": 2 | profile: expected 1",
                "\"open\" | \"opens\" | profile: has a key opens",
                "\"always\" | \"never\" | open: expected one of [always, with-kvm]",
                "0000:41:00.0 | 41:00.0 | parents[0].pci.address: expected a PCI address",
                "\"abcd\" | \"0xab\" | parents[0].pci.vendor: expected 4 hexadecimal digits",
                "\"capacity\": 4 | \"capacity\": 0 | parents[0].capacity: expected a number from 1",
                "\"cost\": 2 | \"cost\": 5 | parents[0].types[0].cost: expected a number from 1 to 4",
                "\"most\": 3 | \"most\": 5 | parents[0].types[1].most: expected a number from 1 to 4",
                "acme-2 | ../x | parents[0].types[0].id: expected a name",
                "acme-2 | acme-1 | parents[0].types: expected each only once",
                "migration | flight | parents[0].types[0].features[1]: expected one of",
            })
    void aMistakeIsRefusedWithItsPlace(String right, String wrong, String message) {
        assertThatThrownBy(() -> host(SMALL.replace(right, wrong)))
                .isInstanceOf(ProfileException.class)
                .hasMessageStartingWith(message);
    }
}
