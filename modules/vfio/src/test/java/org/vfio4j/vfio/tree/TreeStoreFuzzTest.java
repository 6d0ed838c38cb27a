/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.bus.BusDrivers;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.mdev.ExampleDriver;
import org.vfio4j.vfio.mdev.MdevCore;

/** Whatever is written to an attribute ends in an error number or in a device that is there. */
class TreeStoreFuzzTest {
    private static final String ONE = "1f0f2d6a-0000-4000-8000-000000000001";
    private static final String CREATE = "/class/mdev_bus/example/mdev_supported_types/example-small/create";
    private static final List<String> STORES = List.of("remove", "uevent", "power/control", "mdev_type/create");

    @FuzzTest
    void writesEndInAnErrorNumberOrADevice(byte[] written) {
        try (VfioCore core = new VfioCore()) {
            ExampleDriver driver = new ExampleDriver("example", 2);
            MdevCore mdev = new MdevCore(core, List.of(driver));
            HostTree.Settings settings = new HostTree.Settings(Duration.ZERO, event -> {});
            Walk sys = new Walk(new HostTree(mdev, new BusDrivers(core), settings).root());
            sys.write(CREATE, ONE);
            for (String name : STORES) {
                sys.find("/bus/mdev/devices/" + ONE + "/" + name)
                        .ifPresent(node -> store((Node.Attribute) node, written));
            }
            assertThat(mdev.devices()).hasSize(2 - driver.left());
        }
    }

    @FuzzTest
    void aFeaturesRequestIsAnsweredOrRefused(byte[] request) {
        byte[] argument = request.clone();
        try {
            DeviceFeatures.of(DeviceFeatures.MIGRATION).answer(MemorySegment.ofArray(argument));
            assertThat(argument).hasSizeGreaterThanOrEqualTo(DeviceFeatures.SIZE);
        } catch (ErrnoException e) {
            assertThat(argument).isEqualTo(request);
        }
    }

    private static void store(Node.Attribute attribute, byte[] written) {
        try {
            attribute.store(written);
        } catch (ErrnoException e) {
            assertThat(e.errno()).isPositive();
        }
    }
}
