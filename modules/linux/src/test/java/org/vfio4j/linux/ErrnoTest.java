/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ErrnoTest {
    static List<Field> constants() {
        return Arrays.asList(Errno.class.getFields());
    }

    @ParameterizedTest
    @MethodSource("constants")
    void everyNumberHasItsSymbolAndWords(Field constant) throws IllegalAccessException {
        int errno = constant.getInt(null);

        assertThat(Errno.name(errno)).isEqualTo(constant.getName());
        assertThat(Errno.text(errno)).isNotBlank().isNotEqualTo(constant.getName());
    }

    @Test
    void theNumbersAreThoseOfTheHeader() throws IOException, IllegalAccessException {
        assumeTrue(Files.exists(Path.of("/usr/include/asm-generic/errno.h")), "needs the kernel's headers");
        Map<String, Integer> header = new HashMap<>();
        for (String file : List.of("errno-base.h", "errno.h")) {
            Matcher define = Pattern.compile("#define\\s+(E\\w+)\\s+(\\d+)")
                    .matcher(Files.readString(Path.of("/usr/include/asm-generic", file)));
            while (define.find()) {
                header.put(define.group(1), Integer.valueOf(define.group(2)));
            }
        }

        for (Field constant : constants()) {
            assertThat(header).containsEntry(constant.getName(), constant.getInt(null));
        }
    }

    @Test
    void aNumberWithoutASymbolIsShownAsItIs() {
        assertThat(Errno.name(4711)).isEqualTo("errno 4711");
        assertThat(Errno.text(4711)).isEqualTo("errno 4711");
    }

    @Test
    void anExceptionTellsTheCallTheSubjectTheSymbolAndTheWords() {
        assertThat(new LinuxException(Errno.EBUSY, "VFIO_GROUP_SET_CONTAINER", "/dev/vfio/7"))
                .hasMessage("VFIO_GROUP_SET_CONTAINER /dev/vfio/7: EBUSY (in use)");
    }
}
