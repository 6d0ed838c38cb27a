/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginsTest {
    @TempDir
    private Path folder;

    @Test
    void theLoginUnusedForLongestEndsWhenThereAreTooMany() {
        try (Token token = Token.in(folder.resolve("token"))) {
            Logins logins = new Logins(token.text());
            String first = logins.open();
            String second = logins.open();
            for (int i = 0; i < 63; i++) {
                assertThat(logins.isOpen(first)).isTrue();
                logins.open();
            }

            assertThat(logins.isOpen(first)).isTrue();
            assertThat(logins.isOpen(second)).isFalse();
            assertThat(logins.isOpen(token.text())).isFalse();
        }
    }
}
