/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
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
