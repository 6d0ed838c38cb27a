/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A picture's size in pixels. */
public record Resolution(int width, int height) {
    private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,4})[x×]([1-9]\\d{0,4})");

    /** Reads {@code 1280x800}; empty if it is none. */
    public static Optional<Resolution> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new Resolution(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return width + "x" + height;
    }
}
