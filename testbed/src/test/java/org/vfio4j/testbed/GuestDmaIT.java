/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;

/** A device of ours reads and writes a guest's memory. */
@Timeout(900)
class GuestDmaIT {
    private static final int LENGTH = 700_001;
    private static final int MB = 1 << 20;

    /** Memory that the guest's kernel leaves alone, in MB: where the device reads, and where it writes. */
    private static final int FROM = 224;

    private static final int TO = 226;
    private static final String RESERVED = "memmap=4M$224M";

    /** A request of the server's that arrived at QEMU. */
    private static final String DMA_READ = "vfio_user_recv_request  command 0xb";

    private static final long NOWHERE = 0x7000_0000L;

    @TempDir
    Path folder;

    /** Shared memory is mapped by the device; any other it reaches by asking QEMU, on the socket. */
    @ParameterizedTest
    @ValueSource(strings = {"shared", "plain"})
    void aDeviceCopiesTheGuestsMemory(String memory) throws Exception {
        Exerciser device = Exerciser.create(Set.of());
        try (Served copier = Served.of(folder.resolve(memory), device);
                Qemu qemu = memory.equals("plain")
                        ? Qemu.boot(folder, List.of(copier.socket()), "--append", RESERVED, "--plain-memory")
                        : Qemu.boot(folder, List.of(copier.socket()), "--append", RESERVED)) {
            Guest guest = qemu.guest();
            String sum = guest.must("seq 1 " + LENGTH + " | head -c " + LENGTH + " | tee /run/numbers | md5sum");
            guest.must("dd if=/run/numbers of=/dev/mem bs=1M seek=" + FROM + " conv=notrunc 2>&1");

            assertThat(copy(device, guest, (long) FROM * MB, (long) TO * MB)).isEqualTo(Exerciser.COPIED);

            assertThat(guest.must("dd if=/dev/mem bs=1M skip=" + TO + " count=1 2>/dev/null | head -c " + LENGTH
                            + " | md5sum"))
                    .isEqualTo(sum);
            assertThat(qemu.trace().stream().anyMatch(line -> line.contains(DMA_READ)))
                    .isEqualTo(memory.equals("plain"));
            assertThat(copy(device, guest, NOWHERE, (long) TO * MB)).isEqualTo(Errno.EFAULT);
            assertThat(copy(device, guest, (long) FROM * MB, (long) TO * MB)).isEqualTo(Exerciser.COPIED);
        }
    }

    /** A guest that polls the device until it is done, in one go: neither waits for the other. */
    @Test
    void aGuestPollsADeviceThatAsksForItsMemory() throws Exception {
        Exerciser device = Exerciser.create(Set.of(Exerciser.Trait.REENTRANT));
        try (Served copier = Served.of(folder.resolve("polled"), device);
                Qemu qemu = Qemu.boot(folder, List.of(copier.socket()), "--append", RESERVED, "--plain-memory")) {
            Guest guest = qemu.guest();
            String sum = guest.must("seq 1 " + LENGTH + " | head -c " + LENGTH + " | tee /run/numbers | md5sum");
            guest.must("dd if=/run/numbers of=/dev/mem bs=1M seek=" + FROM + " conv=notrunc 2>&1");

            String polled = guest.must(startCopy(guest, (long) FROM * MB, (long) TO * MB)
                    + """
                while status=$(devmem $((bar + %d)) 32); [ $((status)) = %d ]; do :; done
                echo $status
                """.formatted(Exerciser.RESULT, Exerciser.BUSY));

            assertThat(Integer.decode(polled.strip())).isEqualTo(Exerciser.COPIED);
            assertThat(guest.must("dd if=/dev/mem bs=1M skip=" + TO + " count=1 2>/dev/null | head -c " + LENGTH
                            + " | md5sum"))
                    .isEqualTo(sum);
        }
    }

    /**
     * Has the device copy, and returns its status. The guest asks for it when the copy is over: QEMU 11.1 was seen to
     * answer none of the device's DMA messages while it waits for the device's answer to an access.
     */
    private static int copy(Exerciser device, Guest guest, long from, long to) throws Exception {
        String bar = guest.must(startCopy(guest, from, to) + "echo $bar");
        device.awaitCopy();
        String status = guest.must("devmem $((" + bar.strip() + " + " + Exerciser.RESULT + ")) 32");
        return Integer.decode(status.strip());
    }

    /** Has the device begin to copy; {@code bar} is then where its registers are. */
    private static String startCopy(Guest guest, long from, long to) throws IOException, InterruptedException {
        return """
            f=%s
            printf '\\006' | dd of=$f/config bs=1 seek=4 conv=notrunc 2>/dev/null
            bar=$(head -n 1 $f/resource | cut -d ' ' -f 1)
            devmem $((bar + %d)) 64 %d
            devmem $((bar + %d)) 64 %d
            devmem $((bar + %d)) 32 %d
            """.formatted(
                        guest.functions(Exerciser.VENDOR, Exerciser.DEVICE),
                        Exerciser.SOURCE,
                        from,
                        Exerciser.DESTINATION,
                        to,
                        Exerciser.COPY,
                        LENGTH);
    }
}
