/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.ErrnoException;
import tools.jackson.databind.JsonNode;

/**
 * A value in a document, and where it is: what is not as expected is refused with its place.
 *
 * @param title what the document is called
 * @param path from the root, such as {@code types[2].name}; empty for the root
 * @param node the value; null where there is none
 * @param refusal makes the exception
 */
public record Cursor(String title, String path, @Nullable JsonNode node, BoundedJson.Refusal refusal) {
    /** The place, for an error. */
    public String where() {
        return path.isEmpty() ? title : path;
    }

    /** The value under a key, which may be absent. */
    public Cursor at(String key) {
        return new Cursor(title, path.isEmpty() ? key : path + "." + key, node == null ? null : node.get(key), refusal);
    }

    public boolean isAbsent() {
        return node == null || node.isNull();
    }

    /** This, which is an object. */
    public Cursor object() {
        if (node == null || !node.isObject()) {
            throw wrong("an object");
        }
        return this;
    }

    /** This, which is an object with no keys but {@code known}. */
    public Cursor objectOf(String... known) {
        List<String> keys = List.of(known);
        for (String key : object().present().propertyNames()) {
            if (!keys.contains(key)) {
                throw refusal.because(where(), "has a key " + shown(key) + "; known are " + String.join(", ", keys));
            }
        }
        return this;
    }

    /** Every element of an array, in its order. */
    public <T> List<T> each(Function<Cursor, T> read) {
        if (node == null || !node.isArray()) {
            throw wrong("an array");
        }
        List<T> all = new ArrayList<>();
        int i = 0;
        for (JsonNode element : node) {
            all.add(read.apply(new Cursor(title, path + "[" + i++ + "]", element, refusal)));
        }
        return all;
    }

    /** The same, none if the value is absent. */
    public <T> List<T> eachOrNone(Function<Cursor, T> read) {
        return isAbsent() ? List.of() : each(read);
    }

    /** Every value of an object by its key, in the document's order; none if the object is absent. */
    public <T> Map<String, T> entriesOrNone(Function<Cursor, T> read) {
        Map<String, T> all = new LinkedHashMap<>();
        if (!isAbsent()) {
            object().present().propertyNames().forEach(key -> all.put(key, read.apply(at(key))));
        }
        return all;
    }

    public String text() {
        String text = textOrNull();
        if (text == null) {
            throw wrong("a text");
        }
        return text;
    }

    public @Nullable String textOrNull() {
        if (isAbsent()) {
            return null;
        }
        if (node == null || !node.isString()) {
            throw wrong("a text");
        }
        String text = node.stringValue();
        if (text.codePoints().anyMatch(Cursor::isUnprintable)) {
            throw wrong("a text without control characters");
        }
        return text;
    }

    public int integer() {
        if (node == null || !node.isInt()) {
            throw wrong("a whole number");
        }
        return node.intValue();
    }

    /** A number that is not negative. */
    public int count() {
        int count = integer();
        if (count < 0) {
            throw wrong("a number that is not negative");
        }
        return count;
    }

    public @Nullable Integer countOrNull() {
        return isAbsent() ? null : Integer.valueOf(count());
    }

    public @Nullable Boolean booleanOrNull() {
        if (isAbsent()) {
            return null;
        }
        if (node == null || !node.isBoolean()) {
            throw wrong("true, false or null");
        }
        return node.booleanValue();
    }

    /** True or false; false if it is absent. */
    public boolean flag() {
        return Boolean.TRUE.equals(booleanOrNull());
    }

    /** One of a set of values, by its spelling. */
    public <E> E word(E[] known, Function<E, String> spelling) {
        String word = text();
        for (E candidate : known) {
            if (spelling.apply(candidate).equals(word)) {
                return candidate;
            }
        }
        throw wrong("one of " + List.of(known).stream().map(spelling).toList());
    }

    /** The exception for a value that is not what was expected here. */
    public ErrnoException wrong(String expected) {
        return refusal.because(where(), "expected " + expected);
    }

    private JsonNode present() {
        if (node == null) {
            throw wrong("a value");
        }
        return node;
    }

    /** Newline and tab are in attributes that drivers have; half a character could not be written again. */
    private static boolean isUnprintable(int c) {
        return Character.isISOControl(c) ? c != '\n' && c != '\t' : Character.getType(c) == Character.SURROGATE;
    }

    private static String shown(String key) {
        return key.codePoints().anyMatch(c -> c < ' ' || c > '~') || key.length() > 60 ? "that is no word" : key;
    }
}
