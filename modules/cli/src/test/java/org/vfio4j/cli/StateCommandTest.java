/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.vfio.user.VfioUserDevice;

/** {@code vfio state} on a running host; what it saves and restores is compared in the kernel's VM and in a guest. */
@Timeout(300)
class StateCommandTest {
    private static final String ONE = "1f0f2d6a-0000-4000-8000-0000000000e1";
    private static final String OTHER = "1f0f2d6a-0000-4000-8000-0000000000e2";
    private static final String DUAL = "1f0f2d6a-0000-4000-8000-0000000000e3";

    @TempDir
    private Path folder;

    @TempDir
    private Path bare;

    private Run vfio(ServedHost host, String... args) {
        return host.on(bare, args);
    }

    private ServedHost served() {
        ServedHost host = ServedHost.in(folder);
        vfio(host, "start", "-u", ONE, "-p", "mtty", "-t", "mtty-1");
        vfio(host, "start", "-u", OTHER, "-p", "mtty", "-t", "mtty-1");
        vfio(host, "start", "-u", DUAL, "-p", "mtty", "-t", "mtty-2");
        return host;
    }

    @Test
    void aStateIsSavedShownAndRestored() throws IOException {
        String file = folder.resolve("serial.state").toString();
        String again = folder.resolve("again.state").toString();
        try (ServedHost host = served()) {
            Run saved = vfio(host, "state", "save", ONE, file);
            assertThat(saved.err()).isEmpty();
            assertThat(saved.out()).isEqualTo("saved 60 bytes of " + ONE + ": " + file + "\n");

            assertThat(vfio(host, "state", "show", file).out())
                    .contains(
                            "device   " + ONE,
                            "type     mtty-1",
                            "driver   ",
                            "saved    2026-11-23T10:15:30Z",
                            "60 bytes");

            Run restored = vfio(host, "state", "restore", OTHER, file);
            assertThat(restored.err()).isEmpty();
            assertThat(restored.code()).isZero();
            vfio(host, "state", "save", socket(OTHER).toString(), again);
            assertThat(tail(again)).isEqualTo(tail(file));
        }
    }

    private Path socket(String device) {
        return folder.resolve("run/devices/" + device + ".sock");
    }

    private static byte[] tail(String file) throws IOException {
        byte[] all = Files.readAllBytes(Path.of(file));
        return Arrays.copyOfRange(all, 4096, all.length);
    }

    @Test
    void aStateOfAnotherTypeIsRefusedBeforeTheDeviceIsTouched() {
        String file = folder.resolve("serial.state").toString();
        try (ServedHost host = served()) {
            vfio(host, "state", "save", ONE, file);

            Run refused = vfio(host, "state", "restore", DUAL, file);

            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.err()).contains("is the state of a mtty-1; " + DUAL + " is a mtty-2");
        }
    }

    @Test
    void whatOnlyTheDeviceCanRefuseItRefuses() {
        String file = folder.resolve("serial.state").toString();
        try (ServedHost host = served()) {
            vfio(host, "state", "save", ONE, file);

            Run refused = vfio(host, "state", "restore", socket(DUAL).toString(), file);

            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.err()).contains("refuses the state in", "The device was reset");
            assertThat(vfio(host, "state", "save", DUAL, file).code())
                    .as("it runs")
                    .isZero();
        }
    }

    @Test
    void aDeviceInUseIsLeftAlone() {
        try (ServedHost host = served();
                VfioUserDevice user = VfioUserDevice.connect(socket(ONE))) {
            user.info();

            Run refused =
                    vfio(host, "state", "save", ONE, folder.resolve("no.state").toString());
            Run bySocket = vfio(
                    host,
                    "state",
                    "save",
                    socket(ONE).toString(),
                    folder.resolve("no.state").toString());

            assertThat(refused.code()).isEqualTo(3);
            assertThat(refused.err()).contains(ONE + " is in use, so its state is not still", "device_del");
            assertThat(bySocket.code()).isEqualTo(3);
            assertThat(bySocket.err()).contains("in use");
            assertThat(folder.resolve("no.state")).doesNotExist();
        }
    }

    @Test
    void aFileThatIsNoneIsSaid() throws IOException {
        Path file = Files.writeString(folder.resolve("letter.txt"), "Dear reader");
        try (ServedHost host = served()) {
            assertThat(vfio(host, "state", "restore", ONE, file.toString()).err())
                    .contains("letter.txt is no file of vfio state save");
            Run none =
                    vfio(host, "state", "restore", ONE, folder.resolve("none").toString());
            assertThat(none.code()).isEqualTo(3);
            assertThat(none.err()).contains("there is no such file");
            assertThat(vfio(
                                    host,
                                    "state",
                                    "save",
                                    ONE,
                                    folder.resolve("no/where").toString())
                            .err())
                    .contains("there is no such file or folder");
        }
    }

    @Test
    void theCommandLineIsChecked() {
        for (String[] line : new String[][] {
            {"state", "save"}, {"state", "keep", ONE, "f"}, {"state", "show", "a", "b"}, {"state", "restore", ONE}
        }) {
            assertThat(Run.on(bare, line).code()).as(String.join(" ", line)).isEqualTo(2);
        }
    }
}
