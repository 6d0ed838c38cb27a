/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everything that the commands print of a running {@code vfio serve}, as a whole. */
@Timeout(300)
class RunningHostGoldenTest {
    private static final String DISPLAY = "1f0f2d6a-0000-4000-8000-0000000000d1";
    private static final String OTHER = "1f0f2d6a-0000-4000-8000-0000000000c1";
    private static final String SERIAL = "1f0f2d6a-0000-4000-8000-0000000000e1";

    @TempDir
    private Path folder;

    @TempDir
    private Path bare;

    /** Runs the lines one after the other and compares all that they print. */
    private void golden(ServedHost host, Path machine, String name, String... lines) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String line : lines) {
            String[] args = line.split(" ", -1);
            all.append(host.on(machine, args).transcript(args)).append('\n');
        }
        Golden.assertSame("running-" + name, shown(all.toString()));
    }

    private String shown(String transcript) {
        return transcript.replace(folder.toString(), "FOLDER");
    }

    @Test
    void aDevicesLife() throws IOException {
        try (ServedHost host = ServedHost.in(folder)) {
            golden(
                    host,
                    bare,
                    "life",
                    "start -u " + DISPLAY + " -p mdpy -t mdpy-xga",
                    "list --host user",
                    "define " + DISPLAY,
                    "define " + SERIAL + " --parent mtty --type mtty-2 --auto",
                    "list --defined",
                    "modify " + SERIAL + " --type mtty-1 --manual",
                    "modify " + SERIAL + " --addattr note --value 1",
                    "list -d",
                    "modify " + SERIAL + " --delattr --index 0",
                    "start " + SERIAL,
                    "list -d -o json",
                    "types --host user --parent mtty",
                    "stop " + DISPLAY,
                    "undefine " + DISPLAY,
                    "undefine " + SERIAL,
                    "list --defined",
                    "list --host user -o yaml");
        }
    }

    @Test
    void whatCannotBeDoneSaysWhyAndWhatToDo() throws IOException {
        try (ServedHost host = ServedHost.in(folder)) {
            golden(
                    host,
                    bare,
                    "refusals",
                    "start -u " + DISPLAY + " -p mdpy -t mdpy-xga",
                    "start -u " + DISPLAY + " -p mtty -t mtty-1",
                    "start -u " + SERIAL,
                    "start -p nowhere -t mtty-1",
                    "start -p mtty -t mdpy-xga",
                    "start -p mtty",
                    "start not-a-uuid -p mtty -t mtty-1",
                    "stop " + SERIAL,
                    "stop",
                    "define " + SERIAL,
                    "define " + DISPLAY,
                    "define " + DISPLAY,
                    "undefine " + SERIAL,
                    "modify " + SERIAL + " --auto",
                    "modify " + DISPLAY + " --auto --manual",
                    "modify " + DISPLAY + " --addattr a",
                    "modify " + DISPLAY + " --delattr --index 3",
                    "list --defined --host kernel",
                    "run",
                    "run -- true",
                    "probe --host user --way telepathy",
                    "probe --host user 0000:99:00.0");
        }
    }

    @Test
    void whatIsUsedUpNamesItsHolders() throws IOException {
        try (ServedHost host = ServedHost.in(folder)) {
            for (int i = 1; i <= 4; i++) {
                host.on(bare, "start", "-u", DISPLAY.replace("d1", "d" + i), "-p", "mbochs", "-t", "mbochs-large");
            }
            golden(host, bare, "exhausted", "start -p mbochs -t mbochs-small");
        }
    }

    @ParameterizedTest
    @CsvSource({"table", "json"})
    void whatItsDevicesCanDoByEveryWay(String form) throws IOException {
        try (ServedHost host = ServedHost.in(folder)) {
            host.on(bare, "start", "-u", DISPLAY, "-p", "mbochs", "-t", "mbochs-small");
            host.on(bare, "start", "-u", SERIAL, "-p", "mtty", "-t", "mtty-1");
            golden(
                    host,
                    bare,
                    "probe-" + form,
                    "probe --host user -o " + form,
                    "probe --host user --compare " + SERIAL + " -o " + form,
                    "probe --host user --way sysfs " + DISPLAY + " -o " + form);
        }
    }

    @Test
    void definedAttributesAreSetOrTheDeviceIsNotStarted() throws IOException {
        String profiles = Path.of("../../profiles").toString();
        Path file = Files.writeString(
                folder.resolve("crypto.json"),
                "{\"mdev_type\": \"vfio_ap-passthrough\", \"start\": \"auto\", \"attrs\": [{\"assign_adapter\": \"6\"}]}");
        try (ServedHost host = ServedHost.in(
                folder, "--profile", profiles + "/nvidia-grid.json", "--profile", profiles + "/s390-ap.json")) {
            golden(
                    host,
                    bare,
                    "attributes",
                    "types --host user --parent matrix",
                    "types --host user --parent 0000:06:00.0",
                    "define " + DISPLAY + " -p 0000:06:00.0 -t nvidia-18",
                    "modify " + DISPLAY + " --addattr nvidia/vgpu_params --value frame_rate_limiter=0,disable_vnc=1",
                    "define " + SERIAL + " -p matrix -t vfio_ap-passthrough",
                    "modify " + SERIAL + " --addattr assign_domain --value 0xab",
                    "modify " + SERIAL + " --addattr assign_adapter --value 5 --index 0",
                    "define " + OTHER + " -p matrix --jsonfile " + file,
                    "define -p matrix --jsonfile " + file + " --auto",
                    "define -p matrix --jsonfile src/test/resources/snapshots/node7.json",
                    "define -p matrix --jsonfile src/nowhere.json",
                    "list --defined",
                    "start " + DISPLAY,
                    "start " + SERIAL,
                    "stop " + DISPLAY,
                    "modify " + DISPLAY + " --addattr nvidia/vgpu_params --value frame_rate_limiter=9",
                    "start " + DISPLAY,
                    "modify " + DISPLAY + " --delattr",
                    "modify " + DISPLAY + " --addattr nvidia/nothing --value 1",
                    "start " + DISPLAY,
                    "list --host user",
                    "probe --host user " + SERIAL);
        }
    }

    @Test
    void aPhysicalDeviceIsOpenedOnlyIfItIsNamed() throws IOException {
        String file = folder.resolve("node.json").toString();
        try (ServedHost host = ServedHost.in(folder)) {
            golden(
                    host,
                    bare,
                    "physical",
                    "probe --host user 0000:00:05.0",
                    "probe --host user --open",
                    "probe --host user --compare --open",
                    "probe --host user --open 0000:00:05.0",
                    "probe --host user --open --way open 0000:00:05.0 --evidence",
                    "snapshot --host user --open 0000:00:05.0 " + file,
                    "probe --host " + file);
        }
    }

    @Test
    void theKernelsDevicesAndTheUserSpaceHostsTogether() throws IOException {
        try (ServedHost host = ServedHost.in(folder)) {
            host.on(bare, "start", "-u", DISPLAY, "-p", "mdpy", "-t", "mdpy-vga");
            golden(
                    host,
                    Tree.SAMPLES,
                    "beside-a-kernel",
                    "types",
                    "list",
                    "list -o json",
                    "probe",
                    "probe " + DISPLAY + " 1f0f2d6a-0000-4000-8000-000000000007 --way sysfs",
                    "list --host kernel",
                    "list --host user");
        }
    }

    @Test
    void whatIsDefinedToStartByItselfIsThereAndWhatCouldNotIsSaid() throws IOException {
        try (ServedHost host = ServedHost.in(folder)) {
            host.on(bare, "define", SERIAL, "-p", "mtty", "-t", "mtty-1", "--auto");
            host.on(bare, "define", DISPLAY, "-p", "0000:06:00.0", "-t", "nvidia-18", "--auto");
        }
        ServedHost again = ServedHost.in(folder);
        assertThat(again.on(bare, "list", "--host", "user").out()).contains(SERIAL);
        Run serve = again.end();

        Golden.assertSame("running-serve", shown(serve.transcript("serve")));
        assertThat(List.of(folder.resolve("run").toFile().list())).isEmpty();
    }
}
