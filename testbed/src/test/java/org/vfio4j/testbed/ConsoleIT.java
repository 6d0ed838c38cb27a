/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code vfio serve --console} in a real browser, and a guest in QEMU that draws on what it shows. */
@Timeout(900)
class ConsoleIT {
    private static final String DEVICE = "1f0f2d6a-0000-4000-8000-00000000c0de";
    private static final String CANVAS = ".stage canvas";
    private static final long PATIENCE = Duration.ofMinutes(2).toNanos();

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init") // open() sets both before every test
    private Serving host;

    @SuppressWarnings("NullAway.Init")
    private Browser browser;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        host = Serving.in(folder, "--console", "127.0.0.1:0");
        browser = Browser.open(folder);
    }

    @AfterEach
    void close() throws IOException {
        try (Serving _ = host;
                Browser _ = browser) {
            assertThat(host.errors()).isEmpty();
        }
    }

    private String token() throws IOException {
        return Files.readString(folder.resolve("run/console-token")).strip();
    }

    private void signIn() throws IOException, InterruptedException {
        browser.go(host.console() + "/");
        browser.type("#token", token());
        browser.click("form button");
        browser.await("document.getElementById('live')?.dataset.state === 'live'");
    }

    @Test
    void whoHasTheTokenSeesTheHostAndWhoHasAnotherIsTold() throws Exception {
        browser.go(host.console() + "/");
        browser.type("#token", "something else");
        browser.click("form button");
        browser.await("!document.getElementById('wrong').hidden");

        browser.type("#token", token());
        browser.click("form button");
        browser.await("document.querySelectorAll('.row').length === 2");
        assertThat(browser.text(".types")).contains("mbochs-large", "mdpy-hd", "mtty-2", "24 left");
        assertThat(browser.run("return document.cookie").stringValue()).isEmpty();
        assertThat(browser.run("return document.querySelector('#views [data-view=fleet]').parentElement.hidden")
                        .booleanValue())
                .as("no fleet without an inventory")
                .isTrue();
        assertThat(browser.log()).doesNotContain("Security Policy").doesNotContain("Error:");
    }

    @Test
    void aLinkWithTheTokenBehindItsHashSignsIn() throws Exception {
        browser.go(host.console() + "/login#" + token());
        browser.await("document.getElementById('live')?.dataset.state === 'live'");
        assertThat(browser.run("return location.href").stringValue()).doesNotContain(token());
    }

    @Test
    void aDeviceIsStartedAskedAndStoppedInThePage() throws Exception {
        signIn();
        browser.click(".types button[aria-label='Start a mtty-2 of mtty']");
        browser.type("dialog [name=device]", DEVICE);
        browser.click("dialog button[type=submit]");

        browser.await("document.querySelector('.detail h2')?.textContent === '" + DEVICE + "'");
        browser.await("document.querySelector('.answer[data-question=migration]').innerText.includes('asked by')");
        assertThat(browser.text(".answer[data-question=migration]"))
                .contains("yes", "stop-copy, p2p, pre-copy", "DEVICE_FEATURE GET MIGRATION: 0x7", "asked by read-only");
        assertThat(host.has(DEVICE)).isTrue();

        browser.click(".types button[aria-label='Start a mtty-2 of mtty']");
        browser.type("dialog [name=device]", DEVICE);
        browser.click("dialog button[type=submit]");
        browser.await("document.querySelector('dialog .wrong').textContent.includes('There is a device')");
        browser.click("dialog button[type=button]");

        browser.click(".detail button.danger");
        browser.click(".detail button.danger[data-sure]");
        browser.await("![...document.querySelectorAll('.row .name')].some(n => n.textContent === '" + DEVICE + "')");
        assertThat(host.has(DEVICE)).isFalse();
    }

    @Test
    void whatTheCommandLineDoesIsSeenWithoutAsking() throws Exception {
        signIn();
        host.vfio("start", "-p", "mtty", "-t", "mtty-1", "--uuid", DEVICE);
        browser.await("[...document.querySelectorAll('.row')].some(r => r.innerText.includes('" + DEVICE
                + "') && r.innerText.includes('mtty-1'))");
        host.vfio("stop", DEVICE);
        browser.await("document.querySelectorAll('.row').length === 2");
    }

    @Test
    void theCanvasFollowsWhatAGuestDrawsAndTheGuestTheSizeThatIsSet() throws Exception {
        host.vfio("start", "-p", "mbochs", "-t", "mbochs-medium", "--uuid", DEVICE);
        host.vfio("edid", DEVICE, "--set", "1024x700");
        signIn();
        try (Qemu qemu = Qemu.boot(folder, List.of(folder.resolve("run/devices/" + DEVICE + ".sock")))) {
            qemu.guest().must("modprobe bochs");
            browser.await("document.querySelector('.wall .size')?.textContent === '1024×700'");
            browser.await("document.querySelector('.wall img').naturalWidth === 480");
            browser.click(".wall a");

            qemu.guest().must(Picture.drawing("fb0", 1024 * 700 * Integer.BYTES));
            awaitCanvas(Picture.pixels(1024 * 700 * Integer.BYTES));
            qemu.guest().must(Picture.blanking("fb0", 1024 * 700 * Integer.BYTES));
            awaitCanvas(new int[1024 * 700]);

            resize(qemu);
            qemu.guest().must(Picture.drawing("fb0", 800 * 600 * Integer.BYTES));
            awaitCanvas(Picture.pixels(800 * 600 * Integer.BYTES));
            browser.await("document.querySelector('.display .size').textContent === '800×600'");
        }
        assertThat(browser.log()).doesNotContain("Security Policy").doesNotContain("Error:");
    }

    /** The bochs of Linux 6.12 reads the EDID when it is bound, and not again: it is bound anew. VncViewerIT has a newer one. */
    private void resize(Qemu qemu) throws IOException, InterruptedException {
        browser.click(".display .tools > button");
        browser.await("document.querySelector('dialog [name=size]')");
        browser.run("document.querySelector('dialog [name=size]').value = ''");
        browser.type("dialog [name=size]", "800x600");
        browser.click("dialog button[type=submit]");
        browser.await("!document.querySelector('dialog')");
        assertThat(host.vfio("edid", DEVICE).out()).contains("800x600");

        String function = qemu.guest().functions(0x1234, 0x1111);
        qemu.guest()
                .must("f=" + function
                        + "; d=$(readlink -f $f/driver); echo ${f##*/} >$d/unbind; echo ${f##*/} >$d/bind");
        assertThat(qemu.guest().must("cat /sys/class/graphics/fb0/virtual_size"))
                .isEqualTo("800,600\n");
    }

    private void awaitCanvas(int[] expected) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE;
        int[] seen = browser.pixels(CANVAS);
        while (!Arrays.equals(seen, expected) && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            seen = browser.pixels(CANVAS);
        }
        assertThat(seen).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"360,false", "360,true", "2560,false", "2560,true"})
    void nothingIsWiderThanTheWindowAndEverythingHasALabel(int width, boolean dark) throws Exception {
        host.vfio("start", "-p", "mdpy", "-t", "mdpy-xga", "--uuid", DEVICE);
        signIn();
        browser.look(width, 900, dark);
        for (String view : List.of("devices", "devices/" + DEVICE, "definitions", "events", "display/" + DEVICE)) {
            browser.run("location.hash = '#/' + arguments[0]", view);
            browser.await("document.querySelector('main').childElementCount > 0");
            assertThat(browser.run("return document.documentElement.scrollWidth")
                            .intValue())
                    .as(view)
                    .isLessThanOrEqualTo(width);
            assertThat(browser.run("return [...document.querySelectorAll('button, a, input, select')].filter(e =>"
                                    + " !(e.textContent || e.getAttribute('aria-label') || e.labels?.length)).length")
                            .intValue())
                    .as("without a name in " + view)
                    .isZero();
        }
    }

    @Test
    void withoutItsLibrariesTheConsoleSaysSoAndAllElseWorks() throws Exception {
        ProcessBuilder bare = Serving.builder(
                folder,
                List.of(
                        "serve",
                        "--console",
                        "127.0.0.1:0",
                        "--run-dir",
                        folder.resolve("other").toString(),
                        "--state-dir",
                        folder.resolve("state").toString()));
        bare.command().replaceAll(word -> word.replace("vfio_jvm \"$dist\" \"$@\"", "vfio_jvm \"$dist\""));

        Serving.Result result = Serving.result(folder, bare);

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.err())
                .contains("the console's libraries are not on the module path", "./vfio serve --console");
        assertThat(folder.resolve("other")).isEmptyDirectory();
    }

    @Test
    void aSignalEndsTheConsoleWithAllThatItHas() throws Exception {
        signIn();
        assertThat(host.end("TERM")).isZero();

        assertThat(folder.resolve("run")).isEmptyDirectory();
    }
}
