/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs of this machine, asked for a few words. */
@FunctionalInterface
public interface Commands {
    /** None is installed. */
    Commands NONE = command -> Optional.empty();

    /** What a program printed; empty if there is none of that name, it failed, or it did not end in time. */
    Optional<String> output(List<String> command);

    /** Those of this machine, each for at most this long. */
    static Commands ofThisMachine(Duration bound) {
        return command -> run(command, bound);
    }

    private static Optional<String> run(List<String> command, Duration bound) {
        int most = 4096;
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .start();
            try (InputStream out = process.getInputStream()) {
                if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS) || process.exitValue() != 0) {
                    return Optional.empty();
                }
                return Optional.of(new String(out.readNBytes(most), StandardCharsets.UTF_8));
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
