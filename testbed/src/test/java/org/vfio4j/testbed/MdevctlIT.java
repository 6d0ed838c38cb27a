/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.testbed.Serving.Result;

/** Debian's unmodified mdevctl 1.4.0, run by {@code vfio run} beside {@code vfio serve}, answers what it answers on the kernel's tree. */
@Timeout(900)
class MdevctlIT {
    private static final String UUID_PATTERN = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n";
    private static final String SAMPLE = "1f0f2d6a-0000-4000-8000-0000000000aa";

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // start() sets it before every test
    private Serving host;

    @BeforeEach
    void start() throws IOException {
        host = Serving.in(folder);
        host.makeSamples();
    }

    @AfterEach
    void stop() throws IOException {
        host.close();
    }

    /** What was asked of mdevctl on the kernel's samples, or of a file, and what came back. */
    private record Captured(String question, String answer, int exitCode) {
        private static final Pattern ENTRY =
                Pattern.compile("# (mdevctl .*|file .*)\n((?s).*?)(?:\\[rc=(\\d+)]\n|(?=# mdevctl ))");

        static List<Captured> all() throws IOException {
            try (InputStream in = MdevctlIT.class.getResourceAsStream("mdevctl/reference.txt")) {
                assertThat(in).isNotNull();
                Matcher entry = ENTRY.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                List<Captured> all = new ArrayList<>();
                while (entry.find()) {
                    int code = entry.group(3) == null ? 0 : Integer.parseInt(entry.group(3));
                    all.add(new Captured(entry.group(1), entry.group(2), code));
                }
                return all;
            }
        }
    }

    @Test
    void everyAnswerIsTheKernelsByteForByte() throws Exception {
        List<Captured> all = Captured.all();
        assertThat(all).hasSize(17);

        for (Captured captured : all) {
            Result ours = ask(captured.question());

            assertThat(ours.err()).as(captured.question()).isEmpty();
            assertThat(ours.exitCode()).as(captured.question()).isEqualTo(captured.exitCode());
            if (captured.answer().matches(UUID_PATTERN)) {
                assertThat(ours.out()).as(captured.question()).matches(UUID_PATTERN);
                assertThat(host.has(ours.out().strip())).isTrue();
            } else {
                assertThat(ours.out()).as(captured.question()).isEqualTo(captured.answer());
            }
        }
    }

    private Result ask(String question) throws Exception {
        String[] words = question.split(" ");
        if (words[0].equals("file")) {
            // Whoever captured it ended the file's last line, which mdevctl does not.
            return host.run(List.of("sed", "-e", "$a\\", words[1]));
        }
        List<String> command = new ArrayList<>(List.of(words));
        command.set(0, Serving.peer("mdevctl"));
        return host.run(command);
    }

    @Test
    void aDefinitionIsModifiedWhereItLies() throws Exception {
        mdevctl("define --uuid " + SAMPLE + " --parent mtty --type mtty-1");
        mdevctl("modify --uuid " + SAMPLE + " --auto");

        assertThat(host.definitions().resolve("mtty").resolve(SAMPLE)).content().contains("\"start\": \"auto\"");
        assertThat(mdevctl("list --defined").out()).isEqualTo(SAMPLE + " mtty mtty-1 auto\n");

        mdevctl("start-parent-mdevs mtty");
        assertThat(host.has(SAMPLE)).isTrue();

        mdevctl("undefine --uuid " + SAMPLE);
        assertThat(host.definitions().resolve("mtty").resolve(SAMPLE)).doesNotExist();
    }

    @Test
    void whatIsUsedUpIsSaidSo() throws Exception {
        mdevctl("start --parent mdpy --type mdpy-vga");

        Result full = ask("mdevctl start --parent mdpy --type mdpy-vga");

        assertThat(full.exitCode()).isNotZero();
        assertThat(full.err()).contains("No available instances of mdpy-vga on mdpy");
        assertThat(ask("mdevctl start --uuid " + Sample.ALL.getFirst().uuid() + " --parent mbochs --type mbochs-large")
                        .err())
                .contains("already exists");
        assertThat(ask("mdevctl start --parent mtty --type mdpy-vga").exitCode())
                .isNotZero();
    }

    @Test
    void whoStopsADeviceStopsOurs() throws Exception {
        String uuid = Sample.ALL.getFirst().uuid();

        mdevctl("stop --uuid " + uuid);

        assertThat(host.has(uuid)).isFalse();
        assertThat(mdevctl("list").out()).doesNotContain(uuid).hasLineCount(7);
    }

    private Result mdevctl(String arguments) throws Exception {
        Result result = ask("mdevctl " + arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }
}
