/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.vfio4j.management.qmp.QmpClient;
import org.vfio4j.vfio.user.VfioUserDevice;

/**
 * A machine with an mtty and an mbochs of one {@code vfio serve}, which is to move to another's: what its guest has written into them and into its
 * own memory, and the command that moves it.
 */
final class MovingVm implements AutoCloseable {
    static final String SERIAL = "1f0f2d6a-0000-4000-8000-0000000000e7";
    static final String DISPLAY = "1f0f2d6a-0000-4000-8000-0000000000d7";

    private static final long ENDS_WITHIN_SECONDS = 240;
    private static final int SIZE = 1024 * 768 * Integer.BYTES;
    private static final int SAMPLED = 4096 * 5 + 4;
    private static final String MARKER = "memory of the guest";
    private static final long SLOW = 1 << 20;
    private static final long FAST = 1 << 30;

    private final Path folder;
    private final Serving host;
    private final Qemu qemu;

    private MovingVm(Path folder, Serving host, Qemu qemu) {
        this.folder = folder;
        this.host = host;
        this.qemu = qemu;
    }

    /** How the command ended, and all that it printed. */
    record Ended(int exitCode, String out, String err) {}

    /** Does something when the command says a certain line. */
    @FunctionalInterface
    interface Meddling {
        void meddle(Process command) throws IOException, InterruptedException;
    }

    /** With the guest's kernel without its driver of serial PCI functions, which would clear the FIFO when it starts. */
    static MovingVm bootWithoutSerialDriver(Path folder) throws IOException, InterruptedException {
        return boot(folder, "--append", "initcall_blacklist=serial_pci_driver_init");
    }

    static MovingVm boot(Path folder, String... options) throws IOException, InterruptedException {
        Serving host = Serving.in(Files.createDirectory(folder.resolve("a")));
        start(host, "mtty", "mtty-1", SERIAL);
        start(host, "mbochs", "mbochs-medium", DISPLAY);
        Qemu qemu = Qemu.boot(folder, List.of(host.socket(SERIAL), host.socket(DISPLAY)), options);
        return new MovingVm(folder, host, qemu);
    }

    private static void start(Serving host, String parent, String type, String uuid)
            throws IOException, InterruptedException {
        Serving.Result result = host.vfio("start", "-p", parent, "-t", type, "-u", uuid);
        assertThat(result.exitCode()).as(result.err()).isZero();
    }

    Serving host() {
        return host;
    }

    Qemu qemu() {
        return qemu;
    }

    /** Draws with the guest's driver and unloads it; sets the port's registers, for which this guest has no driver. */
    void fill() throws IOException, InterruptedException {
        Guest guest = qemu.guest();
        guest.must("echo '" + MARKER + "' >/run/marker");
        guest.must("modprobe bochs");
        guest.must(Picture.drawing("fb0", SIZE));
        try (VfioUserDevice display = VfioUserDevice.connectDisplay(host.socket(DISPLAY))) {
            Picture.awaitDmabuf(display, Picture.numbers(SIZE));
        }
        guest.must("f=" + guest.functions(0x1234, 0x1111) + "; echo ${f##*/} >$f/driver/unbind; rmmod bochs");
        guest.must("f=" + guest.functions(0x4348, 0x3253) + "; echo 1 >$f/enable" + put(3, 0x83) + put(0, 0x0c)
                + put(3, 0x03) + put(2, 1) + put(7, 0xa5) + put(4, 0x0b) + put(0, 'v') + put(0, 'm') + put(0, '4')
                + put(0, 'j'));
    }

    /** A byte to a register of the port in {@code $f}. */
    private static String put(int register, int value) {
        return "; printf '\\%03o' | dd of=$f/resource0 bs=1 count=1 seek=%d conv=notrunc 2>/dev/null"
                .formatted(value, register);
    }

    /** A register of the port in {@code $f}, in hex. */
    private static String look(int register) {
        return "dd if=$f/resource0 bs=1 count=1 skip=" + register + " 2>/dev/null | xxd -p; ";
    }

    /** Every so many bytes of the picture a word, as devmem prints it: what is read of /dev/mem must be mapped, and that is a program's start a word. */
    private static String sampledPicture() {
        ByteBuffer picture = ByteBuffer.wrap(Picture.numbers(SIZE)).order(ByteOrder.LITTLE_ENDIAN);
        StringBuilder words = new StringBuilder();
        for (int offset = 0; offset < SIZE; offset += SAMPLED) {
            words.append("0x%08X%n".formatted(picture.getInt(offset)));
        }
        return words.toString();
    }

    /** All that was written is there, as the guest sees it, before any driver touches the devices; afterwards their drivers work. */
    static void assertWhole(Guest guest) throws IOException, InterruptedException {
        assertThat(guest.must("cat /run/marker")).isEqualTo(MARKER + "\n");
        guest.await("grep -q 0x3253 /sys/bus/pci/devices/*/device && grep -q 0x1111 /sys/bus/pci/devices/*/device");
        String display = guest.functions(0x1234, 0x1111);
        assertThat(guest.must("f=" + display + "; [ -e $f/driver ] && exit 9; echo 1 >$f/enable; "
                        + "read -r begin rest <$f/resource; o=0; while [ $o -lt " + SIZE
                        + " ]; do devmem $((begin + o)) 32; o=$((o + " + SAMPLED + ")); done"))
                .as("the picture in the video memory")
                .isEqualTo(sampledPicture());
        String port = guest.functions(0x4348, 0x3253);
        assertThat(guest.must("f=" + port + "; [ -e $f/driver ] && exit 9; echo 1 >$f/enable; " + look(3) + look(7)
                        + look(4) + look(0) + look(0) + look(0) + look(0)))
                .as("LCR, SCR, MCR, and the bytes that waited")
                .isEqualTo("03\na5\n0b\n76\n6d\n34\n6a\n");
    }

    /** A driver draws on the display again, and the port sends back what is sent. */
    static void assertBothWork(Guest guest, Serving there) throws IOException, InterruptedException {
        guest.must("modprobe bochs");
        guest.await("[ -e /dev/fb0 ]");
        guest.must(Picture.blanking("fb0", SIZE));
        guest.must(Picture.drawing("fb0", SIZE));
        try (VfioUserDevice display = VfioUserDevice.connectDisplay(there.socket(DISPLAY))) {
            Picture.awaitDmabuf(display, Picture.numbers(SIZE));
        }
        assertThat(guest.must("f=" + guest.functions(0x4348, 0x3253) + put(0, '!') + "; " + look(0)))
                .isEqualTo("21\n");
    }

    /** How fast QEMU may send. */
    void slow(boolean slow) {
        qemu.qmp().execute("migrate-set-parameters", QmpClient.arguments().put("max-bandwidth", slow ? SLOW : FAST));
    }

    /** Runs the command, and meddles when it says {@code at}. */
    Ended move(Qemu to, Serving there, String at, Meddling meddling, String... more)
            throws IOException, InterruptedException {
        Path err = Files.createTempFile(folder, "move", ".err");
        List<String> line = new ArrayList<>(List.of(
                "migrate",
                "--with-vm",
                "--qmp",
                "unix:" + qemu.openQmp(),
                "--to-qmp",
                "unix:" + to.openQmp(),
                "--to",
                there.runFolder().toString(),
                "--vm-uri",
                "unix:" + Files.createTempDirectory(folder, "uri").resolve("vm")));
        line.addAll(List.of(more));
        Process process = host.starting(line, err);
        StringBuilder out = new StringBuilder();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String next = said.readLine(); next != null; next = said.readLine()) {
                out.append(next).append('\n');
                if (next.equals(at)) {
                    meddling.meddle(process);
                }
            }
        }
        assertThat(process.waitFor(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), out.toString(), Files.readString(err));
    }

    @Override
    public void close() throws IOException {
        try (host) {
            qemu.close();
        }
    }
}
