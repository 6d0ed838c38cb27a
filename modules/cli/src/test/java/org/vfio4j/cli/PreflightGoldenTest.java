/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code vfio preflight} prints and writes, as a whole; the checks themselves are in management's scenarios. */
class PreflightGoldenTest {
    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final String DOMAIN = "RES/domains/gpu-desk.xml";
    private static final String MTTY = "1f0f2d6a-0000-4000-8000-000000000007";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"table", "json"})
    void aDeviceInEveryForm(String form) throws IOException {
        String[] hosts = {"--from", "RES/snapshots/node7.json", "--to", "RES/snapshots/node7.json", "-o", form};
        golden("preflight-" + form, with(hosts, "-D", MTTY));
        golden("preflight-fine-" + form, with(hosts, "-D", MTTY, "--qemu", "11.1", "--state-size", "8"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "windows-guest   | --domain DOMAIN --guest-agent RES/guest/windows.json",
                "linux-guest     | --domain DOMAIN --guest-agent RES/guest/linux.json",
                "nobody-asked    | -D 9f5b3a52-7c1e-4c53-9d1b-0d0d5f3c0a01",
                "short-name      | -D 0000:08",
                "ambiguous-name  | -D 9f5b3a52",
                "no-such-device  | -D 0000:99:00.0",
                "post-copy       | -D 0000:08:00.2 --post-copy",
                "no-agent        | -D 0000:08:00.2 --guest-agent FOLDER/none.sock",
                "no-answer       | -D 0000:08:00.2 --guest-agent RES/domains/gpu-desk.xml",
            })
    void severalDevicesOfAGpuHost(String name, String line) throws IOException {
        golden("preflight-" + name, with(gpuHosts(), line.split(" ", -1)));
    }

    @Test
    void aPlatformDeviceStaysWhereItIs() throws IOException {
        golden(
                "preflight-platform",
                "-D",
                "ffe4000.dma",
                "--from",
                "RES/snapshots/arm1.json",
                "--to",
                "RES/snapshots/arm1.json");
    }

    @Test
    void theDomainIsWrittenForTheDestinationsDevices() throws IOException {
        Path out = folder.resolve("out.xml");

        golden(
                "preflight-domain-out",
                with(
                        gpuHosts(),
                        "--domain",
                        DOMAIN,
                        "--guest-agent",
                        "RES/guest/windows.json",
                        "--domain-out",
                        "FOLDER/out.xml"));

        Golden.assertSame("preflight-domain-out-xml", Files.readString(out));
    }

    @Test
    void theDomainIsNotWrittenWhereSomethingBlocks() throws IOException {
        Path out = folder.resolve("out.xml");

        Run.on(
                Tree.SAMPLES,
                paths(with(gpuHosts(), "preflight", "--domain", DOMAIN, "--domain-out", "FOLDER/out.xml")));

        assertThat(out).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing    | ",
                "device     | --from demo --to demo",
                "domain-out | -D x --from demo --to demo --domain-out x.xml",
                "host       | -D x --from nowhere --to demo",
                "map        | -D x --from demo --to demo --map x",
                "rules      | -D x --from demo --to demo --rules pom.xml",
                "version    | -D x --from demo --to demo --qemu newest",
                "size       | -D x --from demo --to demo --state-size much",
            })
    void whatIsWrongWithALineIsSaid(String name, String line) throws IOException {
        golden("error-preflight-" + name, line == null ? new String[0] : line.split(" ", -1));
    }

    private static String[] gpuHosts() {
        return new String[] {"--from", "RES/snapshots/gpu1.json", "--to", "RES/snapshots/gpu2.json"};
    }

    private static String[] with(String[] last, String... first) {
        return Stream.concat(Stream.of(first), Stream.of(last)).toArray(String[]::new);
    }

    private String[] paths(String... line) {
        return Stream.of(line)
                .map(a -> a.replace("DOMAIN", DOMAIN).replace("RES", RESOURCES.toString()))
                .map(a -> a.replace("FOLDER", folder.toString()))
                .toArray(String[]::new);
    }

    private void golden(String name, String... args) throws IOException {
        String[] line = with(args, "preflight");
        String transcript = Run.on(Tree.SAMPLES, paths(line))
                .transcript(line)
                .replace(RESOURCES.toString(), "RES")
                .replace(folder.toString(), "FOLDER");
        Golden.assertSame(name, transcript);
    }
}
