/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.util.Optional;
import java.util.ServiceLoader;
import java.util.UUID;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.linux.sysfs.MdevTree;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.linux.sysfs.VfioDev;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.kernel.KernelDevices;
import org.vfio4j.vfio.kernel.KernelNode;
import org.vfio4j.vfio.mdev.MdevDriver;
import org.vfio4j.vfio.user.DeviceSource;
import org.vfio4j.vfio.user.Offer;
import org.vfio4j.vfio.user.VfioUserDevice;
import org.vfio4j.vfio.user.VfioUserServer;

/** Whose devices the contract suite meets: chosen by the system property {@code vfio4j.side}, ours if there is none. */
public enum Side {
    /** The Java models, in this process. */
    OURS {
        @Override
        public VfioDevice open(Sample sample) {
            MdevDriver driver = ServiceLoader.load(MdevDriver.class).stream()
                    .map(ServiceLoader.Provider::get)
                    .filter(d -> d.name().equals(sample.driver()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no driver " + sample.driver()));
            return driver.create(
                    UUID.fromString(sample.uuid()),
                    driver.types().stream()
                            .filter(t -> t.id().equals(sample.type()))
                            .findFirst()
                            .orElseThrow());
        }
    },
    /** The same behind a server and a client of vfio-user, each on its end of a connection. */
    VFIO_USER {
        @Override
        public VfioDevice open(Sample sample) {
            VfioDevice served = OURS.open(sample);
            UnixSocket.Pair pair = UnixSocket.pair();
            VfioUserServer.takeSocket(pair.left(), servedOnce(served), false);
            return VfioUserDevice.take(pair.right());
        }
    },
    /** The kernel's devices, through group and container. */
    KERNEL_GROUP {
        @Override
        public VfioDevice open(Sample sample) {
            return kernel().openGroup(node(sample));
        }
    },
    /** The kernel's devices, through their own nodes and iommufd. */
    KERNEL_CDEV {
        @Override
        public VfioDevice open(Sample sample) {
            return kernel().openCdev(node(sample));
        }
    };

    /** Opens the sample as its first and only user, in the state after a reset. */
    public abstract VfioDevice open(Sample sample);

    /** Whether the kernel answers, with the bugs of its samples. */
    public boolean isKernel() {
        return this == KERNEL_GROUP || this == KERNEL_CDEV;
    }

    /** The side this run is about. */
    public static Side current() {
        return valueOf(System.getProperty("vfio4j.side", OURS.name()));
    }

    /** The device is closed when its only client is gone. */
    private static DeviceSource servedOnce(VfioDevice device) {
        Offer offer = Offer.of(device);
        return new DeviceSource() {
            @Override
            public VfioDevice open() {
                return device;
            }

            @Override
            public Offer offer() {
                return offer;
            }
        };
    }

    private static KernelDevices kernel() {
        return new KernelDevices(Root.ofThisMachine().base().resolve("dev"));
    }

    private static KernelNode node(Sample sample) {
        MdevTree.Device device = MdevTree.of(Root.ofThisMachine())
                .device(sample.uuid())
                .first()
                .orElseThrow(() -> new IllegalStateException("this kernel has no " + sample));
        Optional<String> cdev = device.bound().vfioDev().filter(VfioDev::cdev).map(VfioDev::name);
        return new KernelNode(sample.uuid(), device.bound().iommuGroup(), cdev);
    }
}
