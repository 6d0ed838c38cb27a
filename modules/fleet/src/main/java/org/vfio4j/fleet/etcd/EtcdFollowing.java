/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.etcd;

import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchResponse;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetInventory.Following;
import org.vfio4j.linux.ErrnoException;

/**
 * Follows etcd by a watch from the revision that is known. A watch that ends is begun again where it was; one that cannot, since etcd has thrown
 * away what it missed (compaction), is begun where etcd is now, after reading what has changed meanwhile. A member without a leader ends it.
 */
final class EtcdFollowing implements Following {
    private static final System.Logger LOG = System.getLogger(EtcdFollowing.class.getName());
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final EtcdConnection etcd;
    private final EtcdView view;
    private final Consumer<Fleet> listener;
    private final Thread thread;
    private volatile boolean closed;

    /** What the watch said: a message, or an end with its reason. */
    private record Said(
            @Nullable WatchResponse messageOrNull, @Nullable Throwable endOrNull) {}

    EtcdFollowing(EtcdConnection etcd, Consumer<Fleet> listener) {
        this.etcd = etcd;
        this.view = new EtcdView(etcd);
        this.listener = listener;
        view.load();
        listener.accept(view.fleet());
        this.thread = Thread.ofPlatform().daemon().name("etcd inventory").start(this::follow);
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void follow() {
        Duration pause = SHORTEST_PAUSE;
        boolean hasGap = false;
        while (!closed) {
            try {
                if (hasGap) {
                    view.load();
                    listener.accept(view.fleet());
                }
                long before = view.revision();
                hasGap = watch();
                pause = view.revision() > before ? SHORTEST_PAUSE : longer(pause);
            } catch (ErrnoException e) {
                LOG.log(System.Logger.Level.DEBUG, "etcd inventory: {0}", e.getMessage());
                pause = longer(pause);
            }
            sleep(pause);
        }
    }

    /** Hands on what the watch says until it ends; true if it cannot go on from where it was. */
    private boolean watch() {
        BlockingQueue<Said> said = new LinkedBlockingQueue<>();
        WatchOption option = WatchOption.builder()
                .withRange(EtcdView.end(EtcdKeys.ALL))
                .withRevision(view.revision() + 1)
                .withProgressNotify(true)
                .withRequireLeader(true)
                .build();
        Watch.Listener hears = Watch.listener(
                message -> said.add(new Said(message, null)),
                error -> said.add(new Said(null, error)),
                () -> said.add(new Said(null, new IllegalStateException("it was closed"))));
        try (Watch.Watcher watcher =
                etcd.client().getWatchClient().watch(EtcdKeys.bytes(EtcdKeys.ALL), option, hears)) {
            while (!closed) {
                Said next = said.take();
                boolean changed = false;
                while (next != null) {
                    if (next.endOrNull() != null) {
                        tell(changed);
                        LOG.log(System.Logger.Level.DEBUG, "etcd watch: {0}", EtcdView.words(next.endOrNull()));
                        return isCompacted(next.endOrNull());
                    }
                    if (next.messageOrNull() != null) {
                        changed |= view.apply(next.messageOrNull());
                    }
                    next = said.poll();
                }
                tell(changed);
            }
            return watcher.isClosed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void tell(boolean changed) {
        if (changed) {
            listener.accept(view.fleet());
        }
    }

    private static boolean isCompacted(Throwable error) {
        for (Throwable e = error; e != null; e = e.getCause()) {
            if (e instanceof CompactedException
                    || (e.getMessage() != null && e.getMessage().contains("required revision has been compacted"))) {
                return true;
            }
        }
        return false;
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    private void sleep(Duration pause) {
        try {
            TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            closed = true;
        }
    }
}
