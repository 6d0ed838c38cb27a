/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.testbed.Serving.Result;

/** Debian's mdevctl and libvirt on a host of profiles: parents of three vendors, and attributes that are set when a defined device starts. */
@Timeout(900)
class ProfileIT {
    private static final String VGPU = "1f0f2d6a-0000-4000-8000-0000000000aa";
    private static final String CRYPTO = "1f0f2d6a-0000-4000-8000-0000000000bb";
    private static final String GPU = "0000:06:00.0";
    private static final String PARAMS = "nvidia/vgpu_params";

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init") // start() sets it before every test
    private Serving host;

    @BeforeEach
    void start() throws IOException {
        host = Serving.in(
                folder,
                "--profile",
                profile("nvidia-grid"),
                "--profile",
                profile("intel-gvtg"),
                "--profile",
                profile("s390-ap"));
    }

    private static String profile(String name) {
        return Path.of("..", "profiles", name + ".json")
                .toAbsolutePath()
                .normalize()
                .toString();
    }

    @AfterEach
    void stop() throws IOException {
        host.close();
    }

    private Result ask(String arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(arguments.split(" ", -1)));
        command.addFirst(Serving.peer("mdevctl"));
        return host.run(command);
    }

    private String mdevctl(String arguments) throws Exception {
        Result result = ask(arguments);
        assertThat(result.exitCode()).as(arguments + ": " + result.err()).isZero();
        return result.out();
    }

    private String attribute(String uuid, String name) throws IOException {
        return Files.readString(
                host.sys().resolve("bus/mdev/devices").resolve(uuid).resolve(name));
    }

    @Test
    void mdevctlListsWhatEachVendorOffers() throws Exception {
        assertThat(mdevctl("types")).contains("""
                  nvidia-18
                    Available instances: 4
                    Device API: vfio-pci
                    Name: GRID M60-2Q
                    Description: num_heads=4, frl_config=60, framebuffer=2048M, max_resolution=5120x2880, max_instance=4
                """, """
                  i915-GVTg_V5_4
                    Available instances: 1
                    Device API: vfio-pci
                    Name: GVTg_V5_4
                """, """
                matrix
                  vfio_ap-passthrough
                    Available instances: 65536
                    Device API: vfio-ap
                    Name: VFIO AP Passthrough Device
                """);
    }

    @Test
    void mdevctlSetsTheAttributesOfWhatItStarts() throws Exception {
        mdevctl("define --uuid " + VGPU + " --parent " + GPU + " --type nvidia-18");
        mdevctl("modify --uuid " + VGPU + " --addattr " + PARAMS + " --value frame_rate_limiter=0");
        mdevctl("start --uuid " + VGPU);
        assertThat(attribute(VGPU, PARAMS)).isEqualTo("frame_rate_limiter=0\n");

        mdevctl("define --uuid " + CRYPTO + " --parent matrix --type vfio_ap-passthrough");
        mdevctl("modify --uuid " + CRYPTO + " --addattr assign_adapter --value 5");
        mdevctl("modify --uuid " + CRYPTO + " --addattr assign_domain --value 0xab");
        mdevctl("start --uuid " + CRYPTO);
        assertThat(attribute(CRYPTO, "matrix")).isEqualTo("05.00ab\n");
    }

    @Test
    void mdevctlStartsNothingWhoseAttributesItCannotSet() throws Exception {
        mdevctl("define --uuid " + VGPU + " --parent " + GPU + " --type nvidia-18");
        mdevctl("modify --uuid " + VGPU + " --addattr " + PARAMS + " --value frame_rate_limiter=9");
        Result wrong = ask("start --uuid " + VGPU);
        assertThat(wrong.exitCode()).isNotZero();
        assertThat(wrong.err())
                .contains("Failed to write frame_rate_limiter=9 to attribute " + PARAMS, "Invalid argument");
        assertThat(host.has(VGPU)).isFalse();

        mdevctl("modify --uuid " + VGPU + " --delattr --index 0");
        mdevctl("modify --uuid " + VGPU + " --addattr nvidia/nothing --value 1");
        Result unknown = ask("start --uuid " + VGPU);
        assertThat(unknown.exitCode()).isNotZero();
        assertThat(unknown.err()).contains("Invalid attribute 'nvidia/nothing'");
        assertThat(host.has(VGPU)).isFalse();
    }

    @Test
    void whatMdevctlDefinesVfioStartsAndTheOtherWayRound() throws Exception {
        mdevctl("define --uuid " + VGPU + " --parent " + GPU + " --type nvidia-18");
        mdevctl("modify --uuid " + VGPU + " --addattr " + PARAMS + " --value disable_vnc=1");
        assertThat(host.vfio("start", VGPU).exitCode()).isZero();
        assertThat(attribute(VGPU, PARAMS)).isEqualTo("disable_vnc=1\n");

        host.vfio("define", CRYPTO, "--parent", "matrix", "--type", "vfio_ap-passthrough");
        host.vfio("modify", CRYPTO, "--addattr", "assign_adapter", "--value", "6");
        mdevctl("start --uuid " + CRYPTO);
        assertThat(attribute(CRYPTO, "matrix")).isEqualTo("06.\n");
    }

    @Test
    void libvirtSeesGpusAndTheMatrixAsParents() throws Exception {
        mdevctl("start --uuid " + VGPU + " --parent " + GPU + " --type nvidia-18");
        mdevctl("start --uuid " + CRYPTO + " --parent matrix --type vfio_ap-passthrough");

        Result listed = host.run(List.of(
                Serving.peer("libvirt-nodedev"),
                "--",
                "sh",
                "-c",
                "virsh nodedev-list --cap mdev_types; virsh nodedev-list --cap mdev"));

        assertThat(listed.exitCode()).as(listed.err()).isZero();
        assertThat(listed.out().lines().filter(line -> !line.isEmpty()))
                .containsExactlyInAnyOrder(
                        "ap_matrix",
                        "mtty_mtty",
                        "pci_0000_00_02_0",
                        "pci_0000_06_00_0",
                        "pci_0000_07_00_0",
                        "mdev_1f0f2d6a_0000_4000_8000_0000000000aa_0000_06_00_0",
                        "mdev_1f0f2d6a_0000_4000_8000_0000000000bb_matrix");
    }
}
