/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.vfio4j.devices.MttyDriver;
import org.vfio4j.fuse.SysfsMount;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.mdev.MdevDriver;
import org.vfio4j.vfio.mdev.MdevType;

/**
 * How long programs take to list a host with many devices: {@code ManyDevices FOLDER COUNT...}. Prints a line for each count; the real
 * mdevctl and libvirt's cold start are beside our own mount's figures.
 */
final class ManyDevices {
    private ManyDevices() {}

    public static void main(String[] arguments) throws Exception {
        for (String count : List.of(arguments).subList(1, arguments.length)) {
            for (SysfsMount.Audience audience : SysfsMount.Audience.values()) {
                System.out.println("mounted for " + audience);
                measure(Path.of(arguments[0]).resolve(count + "-" + audience), Integer.parseInt(count), audience);
            }
        }
    }

    private static void measure(Path folder, int count, SysfsMount.Audience audience) throws Exception {
        try (MountedHost host = MountedHost.in(folder, List.of(new Roomy()), audience)) {
            report(count, "create in the core", () -> {
                for (int i = 0; i < count; i++) {
                    host.mdev()
                            .create(
                                    "mtty",
                                    "mtty-1",
                                    new UUID(0x1f0f2d6a00004000L, 0x8000000000000000L | i).toString());
                }
                return count;
            });
            Path devices = host.sys().resolve("bus/mdev/devices");
            for (int i = 0; i < 3; i++) {
                report(count, "list the directory", () -> names(devices));
            }
            report(count, "read one attribute of each", () -> readAll(devices));
            for (int i = 0; i < 3; i++) {
                report(count, "mdevctl list", () -> lines(host, MountedHost.peer("mdevctl"), "list"));
            }
            report(
                    count,
                    "libvirt, cold start to the last device",
                    () -> lines(
                            host,
                            MountedHost.peer("libvirt-nodedev"),
                            "--",
                            "bash",
                            "-c",
                            "until [ \"$(virsh nodedev-list --cap mdev | grep -c mdev_)\" = " + count
                                    + " ]; do [ $SECONDS -lt 500 ] || exit; done; virsh nodedev-list --cap mdev | grep mdev_"));
        }
    }

    private static void report(int count, String what, Callable<Integer> work) throws Exception {
        long before = System.nanoTime();
        int found = work.call();
        Duration took = Duration.ofNanos(System.nanoTime() - before);
        System.out.printf(Locale.ROOT, "%6d devices  %-40s %8d ms  (%d)%n", count, what, took.toMillis(), found);
    }

    private static int names(Path folder) throws Exception {
        try (Stream<Path> all = Files.list(folder)) {
            return (int) all.count();
        }
    }

    private static int readAll(Path devices) throws Exception {
        try (Stream<Path> all = Files.list(devices)) {
            int read = 0;
            for (Path device : all.toList()) {
                read += Files.readString(device.resolve("mdev_type/name")).isEmpty() ? 0 : 1;
            }
            return read;
        }
    }

    private static int lines(MountedHost host, String... command) throws Exception {
        MountedHost.Result result = host.run(List.of(command));
        if (result.exitCode() != 0) {
            throw new IllegalStateException(result.err());
        }
        return (int) result.out().lines().count();
    }

    /** Serial ports without an end to them: as many drivers as it takes. */
    private static final class Roomy implements MdevDriver {
        private final MttyDriver first = new MttyDriver();

        @Override
        public String name() {
            return first.name();
        }

        @Override
        public List<MdevType> types() {
            return first.types();
        }

        @Override
        public int availableInstances(MdevType type) {
            return 100_000;
        }

        @Override
        public DeviceFeatures features(MdevType type) {
            return first.features(type);
        }

        @Override
        public VfioDevice create(UUID uuid, MdevType type) {
            return new MttyDriver().create(uuid, type);
        }

        @Override
        public Map<String, String> vendorAttributes(UUID uuid, MdevType type) {
            return first.vendorAttributes(uuid, type);
        }
    }
}
