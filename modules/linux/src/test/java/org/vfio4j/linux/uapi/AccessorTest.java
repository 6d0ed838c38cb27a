/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AccessorTest {
    static List<Class<?>> classes() {
        return UapiItem.classes();
    }

    @ParameterizedTest
    @MethodSource("classes")
    void everyFieldHasAnAccessorNamedAfterItAndNoOther(Class<?> type) {
        Map<String, Long> accessors = new HashMap<>();
        Map<String, Long> fields = new HashMap<>();
        for (Field constant : type.getFields()) {
            switch (UapiItem.valueOf(constant)) {
                case Struct.U16 u16 -> accessors.put(constant.getName(), u16.offset());
                case Struct.U32 u32 -> accessors.put(constant.getName(), u32.offset());
                case Struct.U64 u64 -> accessors.put(constant.getName(), u64.offset());
                case Struct struct ->
                    words(struct).forEach(f -> fields.put(accessor(constant.getName(), f.name()), f.offset()));
                default -> {}
            }
        }

        assertThat(accessors).isEqualTo(fields);
    }

    @ParameterizedTest
    @MethodSource("classes")
    void everyIoctlNumberIsNamedAsItsConstant(Class<?> type) {
        assertThat(type.getFields())
                .filteredOn(constant -> constant.getType() == IoctlNumber.class)
                .allSatisfy(constant -> assertThat(UapiItem.valueOf(constant)).hasToString(constant.getName()));
    }

    /** The fields that have an accessor: no padding, no flexible array, no inner structure as a whole, no byte; headers have their own. */
    private static Stream<Struct.Field> words(Struct struct) {
        return struct.fields().stream()
                .filter(f -> f.size() > 1 && f.size() == f.alignment())
                .filter(f -> struct.fields().stream().noneMatch(g -> g.name().startsWith(f.name() + ".")))
                .filter(f -> !f.name().matches(".*reserved.*|pad|header[.].*"));
    }

    private static String accessor(String struct, String field) {
        return (struct + "_" + field).replace('.', '_').toUpperCase(Locale.ROOT);
    }
}
