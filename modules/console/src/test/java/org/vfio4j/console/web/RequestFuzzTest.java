/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.helidon.http.HeaderNames;
import io.helidon.http.WritableHeaders;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

class RequestFuzzTest {
    private static final String[] FIELDS = {"Host", "Origin", "Cookie", "Authorization"};
    private static final PageFiles FILES = new PageFiles();

    /** Whoever asks without the token is nobody, and no other site's page comes past the objections. */
    @FuzzTest(maxDuration = "60s")
    void theHeadersOfOneWhoHasNoToken(byte[] bytes) {
        String[] lines = new String(bytes, StandardCharsets.ISO_8859_1).split("\n", FIELDS.length);
        WritableHeaders<?> headers = WritableHeaders.create();
        for (int i = 0; i < lines.length; i++) {
            headers.set(HeaderNames.create(FIELDS[i]), lines[i]);
        }
        Guard guard = new Guard(new Logins("the token that nobody guesses"), () -> 8443, Time.REAL);

        assertThat(guard.isKnown(headers)).isFalse();
        assertThat(guard.signIn(lines[lines.length - 1], InetAddress.getLoopbackAddress()))
                .isEmpty();
        if (guard.objection(headers, true).isEmpty()) {
            assertThat(lines[0]).matches("(localhost|[0-9.]+|\\[[0-9A-Fa-f:.]+])(:[0-9]+)?");
            if (lines.length > 1) {
                assertThat(lines[1]).isEqualTo("http://" + lines[0]);
            }
        }
        assertThat(guard.signOut(headers)).contains("Max-Age=0");
    }

    /** A file of the page is one of its own, whatever is asked for. */
    @FuzzTest(maxDuration = "60s")
    void aFileOfThePage(byte[] bytes) {
        String name = new String(bytes, StandardCharsets.UTF_8);

        FILES.file(name, "").ifPresent(response -> {
            assertThat(name).doesNotContain("..").matches("[a-z0-9_/.-]+");
            assertThat(response.status()).isEqualTo(200);
        });
    }
}
