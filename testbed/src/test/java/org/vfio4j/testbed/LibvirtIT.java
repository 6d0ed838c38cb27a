/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.testbed.Serving.Result;

/** Debian's unmodified libvirt, of it the node-device driver, run by {@code vfio run} beside {@code vfio serve}. */
@Timeout(900)
class LibvirtIT {
    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // start() sets it before every test
    private Serving host;

    @BeforeEach
    void start() throws IOException {
        host = Serving.in(folder);
        host.makeSamples();
    }

    @AfterEach
    void stop() throws IOException {
        host.close();
    }

    @Test
    void parentsAndDevicesAreListed() throws Exception {
        assertThat(beside("list.sh")).isEqualTo(golden("list.txt"));
    }

    @Test
    void aDeviceIsDefinedStartedDestroyedAndForgotten() throws Exception {
        assertThat(beside("lifecycle.sh")).isEqualTo(golden("lifecycle.txt"));
    }

    @Test
    void whatComesAndGoesIsAnEvent() throws Exception {
        assertThat(beside("events.sh")).isEqualTo(golden("events.txt"));
    }

    /** Runs a script of the folder peers beside libvirtd. */
    private String beside(String script) throws Exception {
        Path file = Path.of("src/test/peers").resolve(script).toAbsolutePath();
        Result result = host.run(List.of(Serving.peer("libvirt-nodedev"), "--", "bash", file.toString()));
        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
        return result.out();
    }

    private static String golden(String name) throws IOException {
        try (InputStream in = LibvirtIT.class.getResourceAsStream("libvirt/" + name)) {
            assertThat(in).as("libvirt/" + name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
