/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The product on a real kernel with the kernel's own mdpy, mbochs and mtty. */
class KernelVmIT {
    @ParameterizedTest
    @CsvSource({"stock, KERNEL_GROUP", "cdev, KERNEL_GROUP", "cdev, KERNEL_CDEV"})
    void theKernelsDevicesKeepTheContract(String kernel, String side) throws Exception {
        KernelVm.Result suite = new KernelVm("--kernel", kernel).script("contract", side);

        assertThat(suite.exitCode()).as(suite.out() + suite.err()).isZero();
        assertThat(suite.out())
                .containsPattern("\\[ +153 tests successful +]")
                .containsPattern("\\[ +0 tests failed +]");
    }

    @ParameterizedTest
    @CsvSource({"stock", "cdev"})
    void probeTellsWhatTheKernelsDevicesCanDo(String kernel) throws Exception {
        KernelVm.Result probe = new KernelVm("--kernel", kernel).vfio("probe", "-o", "json");

        assertThat(probe.err()).isEmpty();
        assertThat(probe.exitCode()).isZero();
        assertThat(probe.out()).isEqualTo(golden("probe-" + kernel + ".json"));
    }

    @Test
    void probePrintsATableThatAPersonUnderstands() throws Exception {
        KernelVm.Result probe = new KernelVm().vfio("probe");

        assertThat(probe.exitCode()).isZero();
        assertThat(probe.out()).isEqualTo(golden("probe.txt"));
    }

    @Test
    void aDeviceHeldOpenIsReportedInUseAndIsNotTouched() throws Exception {
        KernelVm.Result probe = new KernelVm().script("held-open", "1f0f2d6a-0000-4000-8000-000000000005");

        assertThat(probe.err()).contains("exit codes: held 1, free 0").contains("the group was held all the time");
        assertThat(probe.exitCode()).isEqualTo(1);
        assertThat(probe.out()).contains("\"in_use\" : true", "\"cause\" : \"in-use\"", "sleep");
    }

    @Test
    void aPhysicalFunctionIsOpenedOnlyWhenAllowed() throws Exception {
        KernelVm.Result probe = new KernelVm("--kernel", "cdev", "--physical").script("physical");

        assertThat(probe.err()).contains("without --open: 1", "with --open: 0", "another driver's: 1");
        assertThat(probe.out()).isEqualTo(golden("physical.txt"));
    }

    @Test
    void aSnapshotTakenInsideAnswersOutside() throws Exception {
        KernelVm.Result inside = new KernelVm().script("snapshot");

        assertThat(inside.exitCode()).as(inside.err()).isZero();
        assertThat(inside.err()).isEmpty();
        assertThat(inside.out()).contains("the same from the snapshot");
    }

    /** mdpy draws row y in the grey y * 255 / height. */
    @Test
    void theKernelsPicturesAreSeenOrItIsSaidWhyNot() throws Exception {
        KernelVm.Result inside = new KernelVm()
                .script("screenshot", "1f0f2d6a-0000-4000-8000-000000000006", "1f0f2d6a-0000-4000-8000-000000000002");

        assertThat(inside.err())
                .contains("mdpy's screenshot: 0", "800x600, XR24", "mbochs's display: 0", "mbochs's screenshot: 3")
                .contains("its driver does not let user space map it (mmap: EINVAL): only a GPU can show it")
                .doesNotContain("there is a file");
        BufferedImage picture =
                ImageIO.read(new ByteArrayInputStream(Base64.getMimeDecoder().decode(inside.out())));
        assertThat(picture.getWidth()).isEqualTo(1024);
        assertThat(picture.getHeight()).isEqualTo(768);
        for (int y = 0; y < 768; y++) {
            int[] line = picture.getRGB(0, y, 1024, 1, null, 0, 1024);
            assertThat(line).containsOnly(0xff000000 | y * 255 / 768 * 0x010101);
        }
    }

    @ParameterizedTest
    @CsvSource({"stock", "cdev"})
    void aStateOfMttyGoesFromTheKernelsToOursAndBack(String kernel) throws Exception {
        KernelVm.Result exchange = new KernelVm("--kernel", kernel).script("exchange");

        assertThat(exchange.exitCode()).as(exchange.out() + exchange.err()).isZero();
        assertThat(exchange.out())
                .containsPattern("\\[ +6 tests successful +]")
                .containsPattern("\\[ +0 tests failed +]")
                .contains("saved 60 bytes of 1f0f2d6a-0000-4000-8000-000000000007: /tmp/first")
                .contains("restored 60 bytes of 1f0f2d6a-0000-4000-8000-0000000000a1: /tmp/first")
                .contains("saved 60 bytes of 1f0f2d6a-0000-4000-8000-0000000000a1: /tmp/second")
                .contains("restored 60 bytes of 1f0f2d6a-0000-4000-8000-0000000000a2: /tmp/second");
    }

    private static String golden(String name) throws IOException {
        try (InputStream in = KernelVmIT.class.getResourceAsStream("golden/" + name)) {
            assertThat(in).as("golden/" + name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
