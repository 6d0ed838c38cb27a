/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.agent;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Tells when to look at a host again. */
public interface Changes extends AutoCloseable {
    /** Waits at most so long for something to look at; true if there is. */
    boolean await(Duration atMost);

    @Override
    void close();

    /** Where nobody tells: only the time goes by. */
    static Changes none() {
        return new Changes() {
            @Override
            public boolean await(Duration atMost) {
                try {
                    TimeUnit.MILLISECONDS.sleep(atMost.toMillis());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return false;
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }
}
