/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/** Whatever bytes a tree holds, what comes out of the parsers keeps their promises. */
class TreeFuzzTest {
    @FuzzTest
    void attributeText(byte[] bytes) {
        Optional<String> text = AttributeText.of(ByteBuffer.wrap(bytes));

        text.ifPresent(it -> {
            assertThat(it.chars()).noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t');
            byte[] again = it.getBytes(StandardCharsets.UTF_8);
            assertThat(Arrays.copyOf(bytes, again.length)).isEqualTo(again);
            assertThat(bytes.length - again.length).isBetween(0, 1);
        });
    }

    @FuzzTest
    void featuresFile(FuzzedDataProvider data) {
        String text = data.consumeRemainingAsString();

        MigrationDebugfs.Features features = MigrationDebugfs.Features.parse(text);

        assertThat(features.known().size() + features.unknown().size()).isLessThanOrEqualTo(text.length() + 1);
        assertThat(features.unknown()).allMatch(line -> line.matches("[ -~]+"));
    }

    @FuzzTest
    void names(FuzzedDataProvider data) {
        String text = data.consumeRemainingAsString();

        assertThat(Names.printable(text)).matches("[ -~]{0,210}");
        if (Names.valid(text)) {
            assertThat(text).matches("[ -.0-~]{1,128}");
            assertThat(text).isNotIn(".", "..");
            assertThat(Names.last("/sys/" + text)).isEqualTo(text);
        }
    }

    @FuzzTest
    void numbers(FuzzedDataProvider data) {
        String text = data.consumeRemainingAsString();

        OptionalInt decimal = Names.decimal(text);
        OptionalInt hexadecimal = Names.hexadecimal(text);

        decimal.ifPresent(number -> assertThat(Long.parseLong(text)).isEqualTo(number));
        hexadecimal.ifPresent(number -> assertThat(Long.decode(text)).isEqualTo(number));
        assertThat(decimal.orElse(0)).isNotNegative();
        assertThat(hexadecimal.orElse(0)).isNotNegative();
    }
}
