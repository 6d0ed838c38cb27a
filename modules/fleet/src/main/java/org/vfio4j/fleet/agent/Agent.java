/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.agent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fleet.inventory.FleetInventory.Publication;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.snapshot.Snapshot;

/**
 * Publishes a host, and what changes of it as it changes. Trouble with the inventory or with reading the host is waited out and said once: when it is
 * over the host is published as it is then. For one thread.
 */
public final class Agent {
    private static final int RENEWALS = 3;

    private final String name;
    private final HostReader host;
    private final Publication publication;
    private final Changes changes;
    private final Settings settings;
    private final Consumer<String> log;
    private final Answers answers = new Answers();

    private @Nullable Snapshot published;
    private long renewAt;
    private String trouble = "";

    /**
     * How often.
     *
     * @param ttl how long the host stays published after its agent died
     * @param poll how often the host is looked at when nobody tells of a change
     * @param clock for when a snapshot was taken
     */
    public record Settings(Duration ttl, Duration poll, InstantSource clock) {}

    /**
     * @param name that the host is published as
     * @param log told what was published and what went wrong, a sentence each
     */
    public Agent(
            String name,
            HostReader host,
            Publication publication,
            Changes changes,
            Settings settings,
            Consumer<String> log) {
        this.name = name;
        this.host = host;
        this.publication = publication;
        this.changes = changes;
        this.settings = settings;
        this.log = log;
    }

    /** Does it as long as it is to go on. */
    public void run(BooleanSupplier goesOn) {
        while (goesOn.getAsBoolean()) {
            step();
            changes.await(rest());
        }
    }

    /** Looks once, and says what is new. */
    void step() {
        try {
            Snapshot now = take();
            if (published != null && System.nanoTime() - renewAt >= 0) {
                if (publication.renew()) {
                    renewed();
                } else {
                    log.accept("The lease was lost; " + name + " is published anew.");
                    published = null;
                }
            }
            if (published == null) {
                publication.update(now);
                published = now;
                renewed();
            } else if (!isSame(published, now)) {
                publication.update(now);
                published = now;
            }
            overcome();
        } catch (ErrnoException e) {
            say(e);
        }
    }

    private void renewed() {
        renewAt = System.nanoTime() + settings.ttl().toNanos() / RENEWALS;
    }

    /** Until the next look: at least as often as the lease wants. */
    private Duration rest() {
        Duration third = settings.ttl().dividedBy(RENEWALS);
        return settings.poll().compareTo(third) < 0 ? settings.poll() : third;
    }

    private void overcome() {
        if (!trouble.isEmpty()) {
            trouble = "";
            log.accept(name + " is published again.");
        }
    }

    private void say(ErrnoException e) {
        String text = String.valueOf(e.getMessage());
        if (!text.equals(trouble)) {
            trouble = text;
            log.accept(name + " is not published now: " + text + ". It is tried again.");
        }
    }

    private Snapshot take() {
        Inventory inventory = host.inventory();
        var probes = answers.of(inventory.devices(), host::probe);
        var machine = host.machine();
        return new Snapshot(
                host.kind(),
                name,
                machine.kernelRelease(),
                host.platform(),
                settings.clock().instant(),
                new Inventory(
                        inventory.parents(),
                        probes.stream().map(p -> p.device()).toList(),
                        inventory.findings()),
                probes);
    }

    private static boolean isSame(Snapshot one, Snapshot other) {
        return timeless(one).equals(timeless(other));
    }

    private static Snapshot timeless(Snapshot s) {
        return new Snapshot(s.host(), s.hostName(), s.kernel(), s.platform(), Instant.EPOCH, s.inventory(), s.probes());
    }
}
