/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What an attribute's bytes say as text. */
final class AttributeText {
    private AttributeText() {}

    /**
     * The text without its one trailing newline; empty if it is not UTF-8, or has control characters other than tab and newline, which
     * the kernel does not write and which would reach somebody's terminal.
     */
    static Optional<String> of(ByteBuffer bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
        if (text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t')) {
            return Optional.empty();
        }
        return Optional.of(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
    }
}
