/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.vfio4j.fleet.agent.Changes;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.KernelEvents;
import org.vfio4j.management.control.RunningHost;

/** Hears the kernel tell of its devices and the running user-space host of its own, as far as there are such: what is not heard is seen at the next look. */
final class AgentChanges implements Changes {
    private static final Set<String> SUBSYSTEMS =
            Set.of("mdev", "vfio", "vfio-dev", "pci", "mdev_bus", "platform", "iommu");
    private static final Duration WAIT = Duration.ofSeconds(5);

    private final Semaphore heard = new Semaphore(0);
    private volatile boolean closed;

    /**
     * Listens to both.
     *
     * @param running connects to the running host, if there is one now
     */
    AgentChanges(Supplier<Optional<RunningHost>> running) {
        Thread.ofPlatform().daemon().name("kernel events").start(this::hearKernel);
        Thread.ofPlatform().daemon().name("host events").start(() -> hearHost(running));
    }

    @Override
    public boolean await(Duration atMost) {
        try {
            boolean any = heard.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS);
            heard.drainPermits();
            return any;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Nobody need wait any more. */
    void end() {
        closed = true;
        heard.release();
    }

    @Override
    public void close() {
        end();
    }

    private void hearKernel() {
        try (KernelEvents events = KernelEvents.open(SUBSYSTEMS)) {
            while (!closed) {
                if (events.await(WAIT)) {
                    heard.release();
                }
            }
        } catch (ErrnoException e) {
            // a container without such messages: the agent looks by itself
        }
    }

    private void hearHost(Supplier<Optional<RunningHost>> running) {
        while (!closed) {
            try {
                Optional<RunningHost> host = running.get();
                if (host.isPresent()) {
                    hear(host.get());
                }
            } catch (ErrnoException e) {
                // it went away, or it is of a release before and does not tell
            }
            await(closed);
        }
    }

    private void hear(RunningHost host) {
        try (host) {
            int seen = host.awaitChange(0, Duration.ZERO);
            heard.release();
            while (!closed) {
                int now = host.awaitChange(seen, WAIT);
                if (now != seen) {
                    heard.release();
                    seen = now;
                }
            }
        }
    }

    private static void await(boolean closed) {
        if (!closed) {
            try {
                TimeUnit.SECONDS.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
