/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
