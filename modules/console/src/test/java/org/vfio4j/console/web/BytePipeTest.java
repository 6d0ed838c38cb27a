/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BytePipeTest {
    @Test
    void allBytesComeInTheirOrderThroughAPipeThatIsSmaller() throws IOException {
        byte[] sent = new byte[100_000];
        new Random(1).nextBytes(sent);
        BytePipe pipe = new BytePipe(1_000);
        Thread.ofVirtual().start(() -> {
            try (pipe) {
                pipe.put(sent);
            }
        });

        assertThat(pipe.readAllBytes()).isEqualTo(sent);
    }

    @Test
    void whoPutsIntoAFullPipeGoesOnWhenItIsClosed() throws InterruptedException {
        BytePipe pipe = new BytePipe(10);
        Thread putting = Thread.ofVirtual().start(() -> pipe.put(new byte[100]));
        pipe.close();

        putting.join();
        assertThat(pipe.available()).isLessThanOrEqualTo(10);
    }
}
