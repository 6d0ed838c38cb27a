/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.devices.Access.assertErrno;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.mdev.MdevDriver;
import org.vfio4j.vfio.mdev.MdevType;

class DriversTest {
    private static final UUID ID = UUID.fromString("1f0f2d6a-0000-4000-8000-000000000001");

    static Stream<MdevDriver> drivers() {
        return Stream.of(new MdpyDriver(), new MbochsDriver(), new MttyDriver());
    }

    @Test
    void theServiceLoaderFindsThem() {
        assertThat(ServiceLoader.load(MdevDriver.class))
                .map(MdevDriver::name)
                .containsExactly("mdpy", "mbochs", "mtty");
    }

    /** As the kernel's modules show them in sysfs. */
    @Test
    void theirTypesAreTheKernels() {
        assertThat(drivers().flatMap(DriversTest::describe))
                .containsExactly(
                        "mdpy-hd | mdpy-hd | virtual display, 1920x1080 framebuffer | 4 | vfio-pci",
                        "mdpy-vga | mdpy-vga | virtual display, 640x480 framebuffer | 4 | vfio-pci",
                        "mdpy-xga | mdpy-xga | virtual display, 1024x768 framebuffer | 4 | vfio-pci",
                        "mbochs-large | mbochs-large | virtual display, 64 MB video memory | 4 | vfio-pci",
                        "mbochs-medium | mbochs-medium | virtual display, 16 MB video memory | 16 | vfio-pci",
                        "mbochs-small | mbochs-small | virtual display, 4 MB video memory | 64 | vfio-pci",
                        "mtty-1 | Single port serial | - | 24 | vfio-pci",
                        "mtty-2 | Dual port serial | - | 12 | vfio-pci");
    }

    private static Stream<String> describe(MdevDriver driver) {
        return driver.types().stream()
                .map(type -> String.join(
                        " | ",
                        type.id(),
                        type.name(),
                        type.description().orElse("-"),
                        Integer.toString(driver.availableInstances(type)),
                        type.deviceApi()));
    }

    @Test
    void aDeviceTellsItsVendorAttributes() {
        assertThat(attributes(new MdpyDriver(), "mdpy-xga")).isEqualTo(Map.of("resolution", "1024x768"));
        assertThat(attributes(new MbochsDriver(), "mbochs-medium")).isEqualTo(Map.of("memory", "16 MB"));
        assertThat(attributes(new MttyDriver(), "mtty-2"))
                .isEqualTo(Map.of("sample_mdev_dev", "This is MDEV 1f0f2d6a-0000-4000-8000-000000000001"));
    }

    private static Map<String, String> attributes(MdevDriver driver, String type) {
        return driver.vendorAttributes(ID, type(driver, type));
    }

    @ParameterizedTest
    @MethodSource("drivers")
    void aTypeOfAnotherDriverIsRefused(MdevDriver driver) {
        MdevType foreign = new MdevType("gvt-1", "gvt-1", Optional.empty(), MdevType.VFIO_PCI);

        assertErrno(Errno.EINVAL, () -> driver.create(ID, foreign));
        assertErrno(Errno.EINVAL, () -> driver.availableInstances(foreign));
        assertErrno(Errno.EINVAL, () -> driver.vendorAttributes(ID, foreign));
    }

    /** One of each type, as in the kernel's capture. */
    @Test
    void theTypesOfAParentShareItsResources() {
        List<VfioDevice> devices = new ArrayList<>();
        List<MdevDriver> drivers = drivers().toList();

        drivers.forEach(driver -> driver.types().forEach(type -> devices.add(driver.create(ID, type))));

        assertThat(drivers.stream().flatMap(driver -> driver.types().stream().map(driver::availableInstances)))
                .containsExactly(1, 1, 1, 2, 10, 43, 21, 10);
        devices.forEach(VfioDevice::close);
        assertThat(drivers.stream().flatMap(driver -> driver.types().stream().map(driver::availableInstances)))
                .containsExactly(4, 4, 4, 4, 16, 64, 24, 12);
    }

    @Test
    void anExhaustedParentAnswersAsTheKernels() {
        assertExhausted(new MdpyDriver(), "mdpy-vga", 4, Errno.EUSERS);
        assertExhausted(new MbochsDriver(), "mbochs-large", 4, Errno.ENOSPC);
        assertExhausted(new MttyDriver(), "mtty-2", 12, Errno.ENOSPC);
    }

    private static void assertExhausted(MdevDriver driver, String id, int devices, int errno) {
        MdevType type = type(driver, id);
        List<VfioDevice> made = new ArrayList<>();
        for (int i = 0; i < devices; i++) {
            made.add(driver.create(UUID.randomUUID(), type));
        }

        assertErrno(errno, () -> driver.create(ID, type));

        made.getFirst().close();
        made.getFirst().close();
        assertThat(driver.availableInstances(type)).isEqualTo(1);
        made.add(driver.create(ID, type));
        assertErrno(errno, () -> driver.create(ID, type));
        made.forEach(VfioDevice::close);
    }

    @Test
    void whatIsLeftOverIsNotEnoughForALargerType() {
        MbochsDriver driver = new MbochsDriver(20);
        VfioDevice medium = driver.create(ID, type(driver, "mbochs-medium"));

        assertErrno(Errno.ENOSPC, () -> driver.create(ID, type(driver, "mbochs-medium")));
        driver.create(ID, type(driver, "mbochs-small")).close();
        medium.close();
    }

    @ParameterizedTest
    @MethodSource("drivers")
    void manyThreadsNeverGetMoreThanThereIsAndLeaveNothingTaken(MdevDriver driver) throws Exception {
        int threads = 8;
        List<Integer> before =
                driver.types().stream().map(driver::availableInstances).toList();
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Integer>> results = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (int thread = 0; thread < threads; thread++) {
                MdevType type = driver.types().get(thread % driver.types().size());
                results.add(pool.submit(() -> {
                    start.await();
                    return createAndClose(driver, type);
                }));
            }
            start.countDown();
            for (Future<Integer> result : results) {
                assertThat(result.get()).isPositive();
            }
        }
        assertThat(driver.types().stream().map(driver::availableInstances)).isEqualTo(before);
    }

    private static int createAndClose(MdevDriver driver, MdevType type) {
        int made = 0;
        while (made < 20) {
            List<VfioDevice> devices = new ArrayList<>();
            try {
                for (int i = 0; i < 3; i++) {
                    devices.add(driver.create(UUID.randomUUID(), type));
                }
            } catch (ErrnoException e) {
                assertThat(e.errno()).isIn(Errno.EUSERS, Errno.ENOSPC);
            }
            assertThat(driver.availableInstances(type)).isNotNegative();
            made += devices.size();
            Collections.reverse(devices);
            devices.forEach(VfioDevice::close);
        }
        return made;
    }

    private static MdevType type(MdevDriver driver, String id) {
        return driver.types().stream()
                .filter(type -> type.id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
