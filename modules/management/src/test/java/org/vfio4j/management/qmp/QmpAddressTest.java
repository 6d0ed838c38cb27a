/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;

class QmpAddressTest {
    @Test
    void aPathIsASocketOfThisMachine() {
        assertThat(QmpAddress.parse("unix:/run/vm.qmp").orElseThrow().address())
                .isEqualTo(UnixDomainSocketAddress.of("/run/vm.qmp"));
        assertThat(QmpAddress.parse("vm.qmp").orElseThrow().isLocal()).isTrue();
    }

    @Test
    void aPortIsAnotherMachines() {
        QmpAddress address = QmpAddress.parse("tcp:[::1]:4444").orElseThrow();

        assertThat(address.isLocal()).isFalse();
        assertThat(((InetSocketAddress) address.address()).getPort()).isEqualTo(4444);
        assertThat(address).hasToString("tcp:[::1]:4444");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unix:", "tcp:", "tcp:host", "tcp:host:0", "tcp:host:70000", "tcp::1", "/run/a,server"})
    void anythingElseIsNone(String text) {
        assertThat(QmpAddress.parse(text)).isEmpty();
    }

    @Test
    void whereNobodyListensIsSaidWithWhatToStart(@TempDir Path folder) {
        QmpAddress nobody = QmpAddress.parse(folder.resolve("none").toString()).orElseThrow();

        assertThatThrownBy(() -> QmpClient.connect(nobody)).isInstanceOfSatisfying(RefusedException.class, e -> {
            assertThat(e.errno()).isEqualTo(Errno.ECONNREFUSED);
            assertThat(e.remedy()).contains("-qmp unix:PATH,server=on,wait=off");
        });
    }
}
