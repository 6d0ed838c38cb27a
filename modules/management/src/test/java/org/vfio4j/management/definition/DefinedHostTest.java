/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.TestDevice;
import org.vfio4j.management.TestDriver;
import org.vfio4j.management.definition.DefinedHost.Wanted;
import org.vfio4j.management.definition.Definition.Attribute;
import org.vfio4j.management.definition.Definition.Start;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.profile.ProfileDriver;
import org.vfio4j.management.profile.ProfileReader;
import org.vfio4j.vfio.tree.Node;

class DefinedHostTest {
    private static final UUID NAME = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000000aa");

    @TempDir
    private Path folder;

    private final UserHost host = new UserHost(
            List.of(new TestDriver("gpu").type("gpu-1", new TestDevice()).type("gpu-2", new TestDevice())), List.of());

    private DefinedHost defined() {
        return new DefinedHost(host, new Definitions(folder));
    }

    @AfterEach
    void close() {
        host.close();
    }

    @Test
    void startsADefinedDeviceByItsNameAndAnyOtherByParentAndType() {
        defined().define(new Wanted(NAME, "gpu", "gpu-1"), Start.MANUAL, List.of());

        HostDevice started = defined().start(new Wanted(NAME, null, null));
        HostDevice other = defined().start(new Wanted(null, "gpu", "gpu-2"));

        assertThat(started.name()).isEqualTo(NAME.toString());
        assertThat(started.type()).contains("gpu-1");
        assertThat(other.type()).contains("gpu-2");
    }

    @Test
    void stoppingKeepsTheDefinitionAndUndefiningKeepsTheDevice() {
        defined().define(new Wanted(NAME, "gpu", "gpu-1"), Start.MANUAL, List.of());
        defined().start(new Wanted(NAME, null, null));
        defined().stop(NAME, Duration.ZERO);
        assertThat(defined().definitions().list().definitions()).hasSize(1);

        defined().start(new Wanted(NAME, null, null));
        defined().undefine(NAME, Optional.empty());

        assertThat(defined().active(NAME)).isPresent();
        assertThat(defined().definitions().list().definitions()).isEmpty();
    }

    @Test
    void anActiveDeviceIsDefinedByItsNameAlone() {
        defined().start(new Wanted(NAME, "gpu", "gpu-2"));

        assertThat(defined().define(new Wanted(NAME, null, null), Start.AUTO, List.of()))
                .isEqualTo(new Definition(NAME, "gpu", "gpu-2", Start.AUTO, List.of()));
    }

    @Test
    void startsByItselfWhatIsDefinedSoAndSaysWhatItCouldNot() {
        defined().define(new Wanted(NAME, "gpu", "gpu-1"), Start.AUTO, List.of());
        defined().define(new Wanted(UUID.randomUUID(), "gpu", "gpu-2"), Start.MANUAL, List.of());
        defined().define(new Wanted(UUID.randomUUID(), "elsewhere", "x"), Start.AUTO, List.of());

        List<Finding> findings = defined().autostart();

        assertThat(host.inventory().devices()).extracting(HostDevice::name).containsExactly(NAME.toString());
        assertThat(findings).singleElement().satisfies(f -> {
            assertThat(f.id()).isEqualTo("autostart-failed");
            assertThat(f.text()).contains("there is no parent elsewhere");
        });
        assertThat(defined().autostart()).hasSize(1);
    }

    @Test
    void modifiesTypeStartAndAttributes() {
        defined().define(new Wanted(NAME, "gpu", "gpu-1"), Start.MANUAL, List.of());
        modify(new Modification("gpu-2", Start.AUTO, new Attribute("a", "1"), false, null));
        modify(new Modification(null, null, new Attribute("b", "2"), false, 0));

        assertThat(modify(new Modification(null, null, new Attribute("c", "3"), false, null)))
                .isEqualTo(new Definition(
                        NAME,
                        "gpu",
                        "gpu-2",
                        Start.AUTO,
                        List.of(new Attribute("b", "2"), new Attribute("a", "1"), new Attribute("c", "3"))));
        assertThat(modify(new Modification(null, null, null, true, 1)).attributes())
                .containsExactly(new Attribute("b", "2"), new Attribute("c", "3"));
        assertThatThrownBy(() -> modify(new Modification(null, null, null, true, 2)))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.remedy()).contains("from 0 to 1"));
        assertThat(modify(new Modification(null, null, null, true, null)).attributes())
                .isEmpty();
    }

    /** A host whose devices have an attribute that takes speed=slow and speed=fast. */
    private static UserHost settable() {
        String profile = """
                {"profile": 1, "name": "small", "driver": "acme", "attribute_group": "acme", "parents": [
                  {"pci": {"address": "0000:41:00.0", "vendor": "abcd", "device": "0001", "subsystem_vendor": "0000",
                           "subsystem_device": "0000", "class": "030000", "revision": "01"}, "capacity": 4, "types": [
                     {"id": "acme-1", "name": "one", "cost": 1, "attributes":
                       {"params": {"parameters": {"speed": ["slow", "fast"]}}}}]}]}
                """;
        return new UserHost(ProfileDriver.of(ProfileReader.read(profile.getBytes(StandardCharsets.UTF_8))), List.of());
    }

    @Test
    void definedAttributesAreSetInTheirOrderWhenADeviceStarts() {
        try (UserHost gpus = settable()) {
            DefinedHost defined = new DefinedHost(gpus, new Definitions(folder));
            defined.define(
                    new Wanted(NAME, "0000:41:00.0", "acme-1"),
                    Start.AUTO,
                    List.of(new Attribute("acme/params", "speed=slow"), new Attribute("acme/params", "speed=fast")));

            assertThat(defined.autostart()).isEmpty();

            Node.Attribute params = (Node.Attribute) gpus.tree()
                    .find("/devices/pci0000:41/0000:41:00.0/" + NAME + "/acme/params")
                    .orElseThrow();
            assertThat(params.show()).asString().isEqualTo("speed=fast\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "acme/params, speed=never, speed is one of",
        "acme/none, 1, does not exist",
        "mdev_type/create, x, does not exist",
        "uevent, nothing, no action of a uevent"
    })
    void aDeviceWhoseAttributesCannotBeSetIsNotStarted(String name, String value, String why) {
        try (UserHost gpus = settable()) {
            DefinedHost defined = new DefinedHost(gpus, new Definitions(folder));
            defined.define(
                    new Wanted(NAME, "0000:41:00.0", "acme-1"),
                    Start.MANUAL,
                    List.of(new Attribute("acme/params", "speed=slow"), new Attribute(name, value)));

            assertThatThrownBy(() -> defined.start(new Wanted(NAME, null, null)))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("not started as it is defined")
                    .hasMessageContaining(why);
            assertThat(defined.active(NAME)).isEmpty();
            assertThat(gpus.types().parents().getFirst().types().getFirst().available())
                    .contains(4);
        }
    }

    @Test
    void aDeviceOfUnknownParentAndTypeIsRefused() {
        assertErrno(Errno.ENOENT, () -> defined().start(new Wanted(NAME, null, null)));
        assertErrno(Errno.EINVAL, () -> defined().start(new Wanted(null, "gpu", null)));
        assertErrno(Errno.EINVAL, () -> defined().define(new Wanted(NAME, null, null), Start.AUTO, List.of()));
        assertErrno(Errno.ENOENT, () -> defined().undefine(NAME, Optional.empty()));
    }

    private Definition modify(Modification change) {
        return defined().modify(NAME, Optional.empty(), change);
    }

    private static void assertErrno(int errno, Runnable change) {
        assertThatThrownBy(change::run)
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
