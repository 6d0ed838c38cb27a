/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.OpenException;

/** A core and its users, for the tests of this package. */
final class CoreFixture {
    static final Credentials OWNER = new Credentials(1000, 1000, 42);
    static final Credentials STRANGER = new Credentials(1001, 1001, 43);
    static final Duration NOW = Duration.ZERO;
    static final Duration SHORT = Duration.ofMillis(100);
    static final Duration LONG = Duration.ofSeconds(30);

    private CoreFixture() {}

    /** A core whose groups are the owner's. */
    static VfioCore core() {
        return core(() -> LONG);
    }

    static VfioCore core(Supplier<Duration> vendorBound) {
        return new VfioCore(NodeAccess.ownedBy(OWNER), vendorBound);
    }

    static BusDevice pci(String name) {
        return new BusDevice(Bus.PCI, name, "/devices/pci0000:00/" + name, "vfio-pci");
    }

    static BusDevice mdev(String name) {
        return new BusDevice(Bus.MDEV, name, "/devices/virtual/example/example/" + name, "example");
    }

    static void assertErrno(int errno, ThrowingCallable call) {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(call)
                .extracting(e -> Errno.name(e.errno()))
                .isEqualTo(Errno.name(errno));
    }

    static void assertOpenFails(OpenException.Step step, int errno, ThrowingCallable call) {
        assertThatExceptionOfType(OpenException.class).isThrownBy(call).satisfies(e -> {
            assertThat(e.step()).isEqualTo(step);
            assertThat(Errno.name(e.errno())).isEqualTo(Errno.name(errno));
        });
    }
}
