/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTroubleTest {
    @TempDir
    private Path folder;

    @FunctionalInterface
    private interface Access {
        Object run() throws IOException;
    }

    private static Object notAFolder(Path file) throws IOException {
        try (DirectoryStream<Path> names = Files.newDirectoryStream(file)) {
            return names;
        }
    }

    private static String words(Access access) {
        try {
            return "none: " + access.run();
        } catch (IOException e) {
            return FileTrouble.words(e);
        }
    }

    @Test
    void whatTheJdkThrowsIsSaidInWordsWithoutItsClasses() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[] {(byte) 0xff});

        assertThat(words(() -> Files.readString(folder.resolve("gone")))).isEqualTo("there is no such file or folder");
        assertThat(words(() -> Files.createDirectory(file))).isEqualTo("it is there already");
        assertThat(words(() -> notAFolder(file))).isEqualTo("not a directory");
        assertThat(words(() -> Files.readAllBytes(folder))).isEqualTo("Is a directory");
        assertThat(words(() -> Files.readString(file))).isEqualTo("it is not UTF-8 text");
        assertThat(words(() -> {
                    throw new IOException("it is larger than 1 MiB");
                }))
                .isEqualTo("it is larger than 1 MiB");
        assertThat(FileTrouble.words(new DirectoryIteratorException(new IOException("cut"))))
                .isEqualTo("cut");
    }
}
