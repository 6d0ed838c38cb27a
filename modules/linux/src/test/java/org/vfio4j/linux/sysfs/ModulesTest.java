/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModulesTest {
    @TempDir
    Path temp;

    @Test
    void aDriversVersionIsItsModules() {
        Modules modules = Modules.of(CapturedTree.samples(temp)
                .attribute("/sys/module/vfio_pci/version", "0.2\n")
                .root());

        assertThat(modules.version("mtty").value()).contains("0.1");
        assertThat(modules.version("vfio-pci").value()).contains("0.2");
        assertThat(modules.version("mdpy").isMissing()).isTrue();
        assertThat(modules.version("../module/mtty").isMissing()).isTrue();
    }
}
