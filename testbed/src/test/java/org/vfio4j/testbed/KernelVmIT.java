/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The product on a real kernel with the kernel's own mdpy, mbochs and mtty: one VM for each kernel, two VMs at a time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(KernelSnapshots.Resolver.class)
class KernelVmIT {
    private static final String PROBE = "vfio probe -o json";
    private static final String TABLE = "vfio probe";
    private static final String HELD = "held-open 1f0f2d6a-0000-4000-8000-000000000005";
    private static final String MDPY = "1f0f2d6a-0000-4000-8000-000000000006";
    private static final String SCREENSHOT = "screenshot " + MDPY + " 1f0f2d6a-0000-4000-8000-000000000002";
    private static final String VIEWER = "viewer " + MDPY;
    private static final String PHYSICAL = "physical";
    private static final String EXCHANGE = "exchange";
    private static final String STATE = "state";
    private static final int PROCESSORS = 2;

    private final Map<String, Map<String, KernelVm.Result>> results = new LinkedHashMap<>();

    /** What a VM is asked in turn: first what wants it as it was booted, last what makes devices. */
    private record Vm(String name, List<String> options, List<String> steps) {}

    @BeforeAll
    void runAll() throws InterruptedException, ExecutionException {
        List<Vm> vms = List.of(
                new Vm(
                        "stock",
                        List.of(),
                        List.of(
                                PROBE,
                                TABLE,
                                "vfio types -o json",
                                "vfio list -o json",
                                HELD,
                                contract("KERNEL_GROUP"),
                                SCREENSHOT,
                                VIEWER,
                                EXCHANGE,
                                STATE)),
                new Vm(
                        "cdev",
                        List.of("--kernel", "cdev"),
                        List.of(PROBE, contract("KERNEL_GROUP"), contract("KERNEL_CDEV"), STATE)),
                new Vm(PHYSICAL, List.of("--kernel", "cdev", "--physical"), List.of(PHYSICAL)));
        try (ExecutorService hands = Executors.newFixedThreadPool(PROCESSORS)) {
            Map<String, Future<Map<String, KernelVm.Result>>> running = new LinkedHashMap<>();
            for (Vm vm : vms) {
                List<String> options = new ArrayList<>(List.of("--timeout", "1700"));
                options.addAll(vm.options());
                running.put(
                        vm.name(),
                        hands.submit(() -> new KernelVm(options.toArray(String[]::new)).scripts(vm.steps())));
            }
            for (Map.Entry<String, Future<Map<String, KernelVm.Result>>> vm : running.entrySet()) {
                results.put(vm.getKey(), vm.getValue().get());
            }
        }
    }

    private static String contract(String side) {
        return "contract " + side;
    }

    private KernelVm.Result step(String vm, String step) {
        KernelVm.Result result = results.getOrDefault(vm, Map.of()).get(step);
        return assertThat(result).as(step + " in " + vm).isNotNull().actual();
    }

    @ParameterizedTest
    @CsvSource({"stock, KERNEL_GROUP", "cdev, KERNEL_GROUP", "cdev, KERNEL_CDEV"})
    void theKernelsDevicesKeepTheContract(String kernel, String side) {
        KernelVm.Result suite = step(kernel, contract(side));

        assertThat(suite.exitCode()).as(suite.out() + suite.err()).isZero();
        assertThat(suite.out())
                .containsPattern("\\[ +153 tests successful +]")
                .containsPattern("\\[ +0 tests failed +]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stock", "cdev"})
    void probeTellsWhatTheKernelsDevicesCanDo(String kernel) throws Exception {
        KernelVm.Result probe = step(kernel, PROBE);

        assertThat(probe.err()).isEmpty();
        assertThat(probe.exitCode()).isZero();
        assertThat(probe.out()).isEqualTo(golden("probe-" + kernel + ".json"));
    }

    @Test
    void probePrintsATableThatAPersonUnderstands() throws Exception {
        KernelVm.Result probe = step("stock", TABLE);

        assertThat(probe.exitCode()).isZero();
        assertThat(probe.out()).isEqualTo(golden("probe.txt"));
    }

    @Test
    void aDeviceHeldOpenIsReportedInUseAndIsNotTouched() {
        KernelVm.Result probe = step("stock", HELD);

        assertThat(probe.err()).contains("exit codes: held 1, free 0").contains("the group was held all the time");
        assertThat(probe.exitCode()).isEqualTo(1);
        assertThat(probe.out()).contains("\"in_use\" : true", "\"cause\" : \"in-use\"", "sleep");
    }

    @Test
    void aPhysicalFunctionIsOpenedOnlyWhenAllowed() throws Exception {
        KernelVm.Result probe = step(PHYSICAL, PHYSICAL);

        assertThat(probe.err()).contains("without --open: 1", "with --open: 0", "another driver's: 1");
        assertThat(probe.out()).isEqualTo(golden("physical.txt"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"types", "list", "probe"})
    void aSnapshotTakenInsideAnswersOutside(String command, KernelSnapshots kernels, @TempDir Path folder)
            throws Exception {
        Path snapshot = Files.writeString(folder.resolve("snapshot.json"), kernels.of("stock"));

        Serving.Result outside = Serving.vfio(folder, List.of(command, "-o", "json", "--host", snapshot.toString()));

        assertThat(outside.exitCode()).as(outside.err()).isZero();
        assertThat(outside.out())
                .isEqualTo(step("stock", "vfio " + command + " -o json").out());
    }

    /** mdpy draws row y in the grey y * 255 / height. */
    @Test
    void theKernelsPicturesAreSeenOrItIsSaidWhyNot() throws Exception {
        KernelVm.Result inside = step("stock", SCREENSHOT);

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

    @Test
    void aViewerSeesThePictureOfTheKernelsMdpy() {
        KernelVm.Result seen = step("stock", VIEWER);

        assertThat(seen.exitCode()).as(seen.out() + seen.err()).isZero();
        assertThat(seen.err()).contains("vfio vnc: 0");
        List<String> expected = new ArrayList<>(List.of("1024x768"));
        for (int y = 0; y < 768; y++) {
            expected.add("%06x".formatted(y * 255 / 768 * 0x010101));
        }
        assertThat(seen.out().lines().filter(line -> line.matches("\\d+x\\d+|[0-9a-f]{6}|mixed")))
                .containsExactlyElementsOf(expected);
    }

    @Test
    void aStateOfMttyGoesFromTheKernelsToOursAndBack() {
        KernelVm.Result exchange = step("stock", EXCHANGE);

        assertThat(exchange.exitCode()).as(exchange.out() + exchange.err()).isZero();
        assertThat(exchange.out())
                .containsPattern("\\[ +6 tests successful +]")
                .containsPattern("\\[ +0 tests failed +]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stock", "cdev"})
    void theCommandSavesAStateOfTheKernelsMttyAndRestoresItThere(String kernel) {
        KernelVm.Result state = step(kernel, STATE);

        assertThat(state.exitCode()).as(state.out() + state.err()).isZero();
        assertThat(state.out())
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
