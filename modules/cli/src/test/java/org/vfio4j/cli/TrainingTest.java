/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
    @TempDir
    private Path folder;

    @Test
    void theRunThatTheCacheIsMadeOfWorksWithAndWithoutACapturedTree() {
        assertThatCode(() -> Training.main(new String[] {Tree.SAMPLES.toString()}))
                .doesNotThrowAnyException();
        assertThatCode(() ->
                        Training.main(new String[] {folder.resolve("nowhere").toString()}))
                .doesNotThrowAnyException();
        assertThatCode(() -> Training.main(new String[] {Tree.SAMPLES.toString(), "tables"}))
                .doesNotThrowAnyException();
    }
}
