/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the package declares and a kernel header can confirm. */
sealed interface UapiItem {
    /** In C's spelling, unique. */
    String name();

    /** A macro or an enumerator. */
    record Constant(String name, long value) implements UapiItem {}

    /** A macro that is a string. */
    record Text(String name, String value) implements UapiItem {}

    /** The size of a structure. */
    record Size(Struct struct) implements UapiItem {
        @Override
        public String name() {
            return "struct " + struct.name();
        }
    }

    /** A field of a structure. */
    record Member(Struct struct, Struct.Field field) implements UapiItem {
        @Override
        public String name() {
            return struct.name() + "." + field.name();
        }
    }

    /** Everything public in the package, by reflection. */
    static List<UapiItem> all() {
        List<UapiItem> items = new ArrayList<>();
        for (Class<?> type : classes()) {
            for (Field field : type.getFields()) {
                if (Modifier.isStatic(field.getModifiers())) {
                    items.addAll(of(field));
                }
            }
        }
        return items;
    }

    /** The package's top-level classes that spell the kernel's names. */
    static List<Class<?>> classes() {
        try {
            Path root = Path.of(Struct.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            String name = Struct.class.getPackageName();
            try (Stream<Path> files = Files.list(root.resolve(name.replace('.', '/')))) {
                return files.map(file -> file.getFileName().toString())
                        .filter(file -> file.matches("(Vfio|Iommufd)[A-Za-z0-9]*\\.class"))
                        .sorted()
                        .<Class<?>>map(file -> load(name + "." + file.replace(".class", "")))
                        .toList();
            }
        } catch (IOException | URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static List<UapiItem> of(Field field) {
        return switch (valueOf(field)) {
            case Integer i -> List.of(new Constant(field.getName(), i));
            case Long l -> List.of(new Constant(field.getName(), l));
            case String s -> List.of(new Text(field.getName(), s));
            case IoctlNumber ioctl -> List.of(new Constant(ioctl.name(), ioctl.number()));
            case Struct struct ->
                Stream.concat(
                                Stream.of(new Size(struct)),
                                struct.fields().stream().map(f -> new Member(struct, f)))
                        .<UapiItem>map(item -> item)
                        .toList();
            default -> List.of();
        };
    }

    static Object valueOf(Field field) {
        try {
            return field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
