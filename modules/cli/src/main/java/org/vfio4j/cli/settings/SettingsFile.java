/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vfio4j.linux.FileTrouble;

/**
 * A file of settings: {@code KEY = VALUE} lines, where a key may stand more than once; empty lines, and lines that begin with {@code #}. A value
 * goes to the end of its line without the blanks around it; nothing is quoted, and nothing continues on the next line.
 */
final class SettingsFile {
    private static final int MAX_BYTES = 64 << 10;

    private SettingsFile() {}

    /**
     * The file's settings in their order; none if there is no such file.
     *
     * @throws SettingsException if it cannot be read, is no text, or a line is no setting
     */
    static List<Setting> read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new SettingsException(file + " is larger than " + (MAX_BYTES >> 10) + " KB");
            }
            return parse(file.toString(), bytes);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw new SettingsException("cannot read " + file + ": " + FileTrouble.words(e));
        }
    }

    /** The settings in these bytes of a file of that name. */
    static List<Setting> parse(String name, byte[] bytes) {
        List<Setting> settings = new ArrayList<>();
        int number = 0;
        for (String line : text(name, bytes).split("\n", -1)) {
            number++;
            String stripped = line.strip();
            if (stripped.isEmpty() || stripped.startsWith("#")) {
                continue;
            }
            String origin = name + " line " + number;
            int equals = stripped.indexOf('=');
            if (equals < 0) {
                throw new SettingsException(origin + ": \"" + stripped + "\" is no setting, there is no = in it");
            }
            String key = stripped.substring(0, equals).strip();
            if (!Settings.isKey(key)) {
                throw new SettingsException(origin + ": \"" + key + "\" is no key");
            }
            settings.add(new Setting(key, stripped.substring(equals + 1).strip(), origin));
        }
        return List.copyOf(settings);
    }

    private static String text(String name, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SettingsException(name + " is not UTF-8");
        }
    }
}
