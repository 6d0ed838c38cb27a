/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.management.snapshot.Snapshot;

/** {@code vfio serve --console --inventory} in a real browser: three hundred hosts, of which every third runs another kernel. */
@Timeout(900)
class FleetConsoleIT {
    private static final int HOSTS = 300;

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init") // open() sets both before every test
    private Serving host;

    @SuppressWarnings("NullAway.Init")
    private Browser browser;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        Path inventory = Files.createDirectory(folder.resolve("fleet"));
        for (int i = 0; i < HOSTS; i++) {
            publish(i);
        }
        host = Serving.in(folder, "--console", "127.0.0.1:0", "--inventory", inventory.toString());
        browser = Browser.open(folder);
        browser.go(host.console() + "/login#"
                + Files.readString(folder.resolve("run/console-token")).strip());
        browser.await("document.getElementById('live')?.dataset.state === 'live'");
    }

    @AfterEach
    void close() throws IOException {
        try (Serving _ = host;
                Browser _ = browser) {
            assertThat(host.errors()).isEmpty();
        }
    }

    private void publish(int number) throws IOException {
        String name = String.format("node%03d", number);
        Snapshot all = FleetHosts.host(name, number % 24, new UUID(0x4000L, 0x8000000000000000L | number));
        Snapshot one = new Snapshot(
                all.host(),
                name,
                number % 3 == 0 ? "6.1.0" : all.kernel(),
                all.platform(),
                all.taken(),
                all.inventory(),
                all.probes());
        Path draft = folder.resolve("draft");
        Files.writeString(draft, Json.snapshot(one).toString());
        Files.move(draft, folder.resolve("fleet/" + name + ".json"));
    }

    private void show(String view) throws IOException, InterruptedException {
        browser.run("location.hash = '#/fleet' + arguments[0]", view);
    }

    @Test
    void theCapacityOfEachTypeIsShownAndWhereThereIsRoom() throws Exception {
        browser.click("#views a[data-view=fleet]");
        browser.await("document.querySelector('.fleet .count').textContent.startsWith('300 hosts, 300 devices')");
        assertThat(browser.text(".types-table tbody tr")).contains("mtty-1", "300", "287 of 300");

        browser.click(".types-table tbody a");
        browser.await("document.querySelectorAll('.places li').length === 10");
        assertThat(browser.text(".where-type .count")).isEqualTo("287 with room, 13 full");

        publish(HOSTS);
        browser.await("document.querySelector('.fleet .count').textContent.startsWith('301 hosts')");
        assertThat(browser.log()).doesNotContain("Security Policy").doesNotContain("Error:");
    }

    @Test
    void onlyTheHostsInSightExistAndTheKeysReachThemAll() throws Exception {
        show("/hosts");
        browser.await("document.querySelector('.host-rows [data-host=node000]')");
        assertThat(browser.run("return document.querySelectorAll('.host-rows li').length")
                        .intValue())
                .isLessThan(100);

        browser.run("document.querySelector('.host-row').focus()");
        browser.key("\uE010"); // End
        browser.await("document.activeElement.innerText.includes('node299')");

        browser.type(".hosts-view .search", "6.1.0");
        browser.await("document.querySelector('.hosts-view .count').textContent === '100 of 300 hosts'");
        browser.click(".host-rows [data-host=node003] a");
        assertThat(browser.text(".host-detail .facts")).contains("6.1.0");
        assertThat(browser.text(".host-detail .cards")).contains("mtty-1", "3");
        browser.click(".host-detail .actions a");
        browser.await("document.querySelectorAll('.step').length === 1");
        assertThat(browser.text(".step")).contains("mtty-1", "nobody uses it");
    }

    @Test
    void aHostIsEmptiedInStepsAndOneThatIsNotThereIsSaidSo() throws Exception {
        show("/drain");
        browser.type("#drain-host", "node299");
        browser.click(".drain-form button");
        browser.await(
                "document.querySelector('.plan .count')?.textContent === '1 step to 1 host; nothing has to stay.'");

        show("/drain/other");
        browser.await("document.querySelector('.plan .wrong')?.textContent.includes('There is no host other')");
    }

    @Test
    void theHeatMapIsDrawnAndItsFieldsAreReachedByTheKeys() throws Exception {
        show("/matrix/mtty-1");
        browser.await("document.querySelectorAll('.groups tbody tr').length > 1");
        int[] pixels = browser.pixels(".heat");
        assertThat(Arrays.stream(pixels).distinct().count()).isGreaterThan(2);

        browser.run("document.querySelector('.heat').focus()");
        browser.key("\uE015"); // ArrowDown
        browser.await("document.querySelector('.pair h3')?.textContent.startsWith('A to A')");
        browser.key("\uE014"); // ArrowRight
        browser.await("document.querySelector('.pair h3').textContent.startsWith('A to B')");
        assertThat(browser.pixels(".heat")).isNotEqualTo(pixels);

        show("/matrix/mtty-1?host=node003");
        browser.await("document.querySelector('.groups tr[aria-current]')?.innerText.includes('6.1.0')");
    }

    @ParameterizedTest
    @CsvSource({"360,false", "360,true", "2560,false", "2560,true"})
    void nothingIsWiderThanTheWindowAndEverythingHasALabel(int width, boolean dark) throws Exception {
        browser.look(width, 900, dark);
        for (String view :
                List.of("/capacity/mtty-1", "/hosts", "/hosts/node003", "/matrix/mtty-1", "/drain/node003")) {
            show(view);
            browser.await("document.querySelector('.places li, .host-rows a[href], .groups td, .step')");
            assertThat(browser.run("return document.documentElement.scrollWidth")
                            .intValue())
                    .as(view)
                    .isLessThanOrEqualTo(width);
            assertThat(browser.run(
                                    "return [...document.querySelectorAll('button, a[href], input, select, canvas')]"
                                            + ".filter(e => !(e.textContent || e.getAttribute('aria-label') || e.labels?.length)).length")
                            .intValue())
                    .as("without a name in " + view)
                    .isZero();
        }
    }
}
