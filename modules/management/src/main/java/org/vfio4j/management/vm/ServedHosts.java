/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.vm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.control.DefinedDevice;
import org.vfio4j.management.control.Folders;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.definition.Definition;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.migration.StopCopy;
import org.vfio4j.vfio.user.VfioUserDevice;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Between two hosts of {@code vfio serve} whose sockets are reached from here: both on this machine, or the other's through {@code ssh -L}. A
 * device's state goes from its vfio-user socket to that of a new device, in messages that carry no files.
 */
public final class ServedHosts implements DeviceCarrier, AutoCloseable {
    /** How long the host may take to see that QEMU has let go of a device, and to remove one. */
    private static final Duration SETTLES_WITHIN = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final RunningHost source;
    private final RunningHost destination;
    private final Folders there;

    /**
     * Takes ownership of both.
     *
     * @param there where the destination's sockets are, as seen from here
     */
    public ServedHosts(RunningHost source, RunningHost destination, Folders there) {
        this.source = source;
        this.destination = destination;
        this.there = there;
    }

    @Override
    public Optional<String> serves(Path socket) {
        return source.inventory().devices().stream()
                .filter(device -> device.socket()
                        .filter(own -> isSame(Path.of(own), socket))
                        .isPresent())
                .map(HostDevice::name)
                .findFirst();
    }

    @Override
    public Path socket(String name) {
        return socketOf(device(name));
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return one.equals(other) || Files.isSameFile(one, other);
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void describe(String name, Facts.Builder facts) {
        HostDevice device = device(name);
        DeviceProbe probe = source.probe(List.of(device), false, null).getFirst();
        facts.put("device.name", name)
                .put("device.type", device.type())
                .put("device.migration", word(probe.answer(Question.MIGRATION)));
        Inventory types = destination.types();
        Optional<MdevParent> parent = types.parents().stream()
                .filter(p -> device.parent().filter(p.name()::equals).isPresent())
                .findFirst();
        Optional<MdevParent.Type> type = parent.flatMap(p -> p.types().stream()
                .filter(t -> device.type().filter(t.id()::equals).isPresent())
                .findFirst());
        facts.put("destination.place", place(name, type));
        Optional<String> here = probe.device().driverVersion().or(device::driverVersion);
        parent.flatMap(p -> Optional.ofNullable(p.driverVersionOrNull()))
                .ifPresent(version -> facts.put("destination.driver-version", version)
                        .put("source.driver-version", here.orElse("unknown"))
                        .put("driver.same", here.filter(version::equals).isPresent()));
    }

    private String place(String name, Optional<MdevParent.Type> type) {
        if (destination.find(name).isPresent()) {
            return "name-taken";
        }
        if (type.isEmpty()) {
            return "type-missing";
        }
        return type.get().available().orElse(1) > 0 ? "creatable" : "full";
    }

    private static String word(Answer answer) {
        return switch (answer) {
            case Answer.Yes _ -> "yes";
            case Answer.No _ -> "no";
            case Answer.Unknown _ -> "unknown";
        };
    }

    @Override
    public Carried carry(String name) {
        HostDevice device = device(name);
        awaitFree(name);
        boolean defined = define(name);
        Both both = new Both(name, defined);
        try {
            both.copy = destination.start(plan(device, defined));
            copyState(socketOf(device), there.devices().resolve(both.socket().getFileName()));
            return both;
        } catch (ErrnoException e) {
            try {
                both.drop();
            } catch (ErrnoException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    /** A defined device gets its attributes when it is started by its name alone. */
    private static ObjectNode plan(HostDevice device, boolean defined) {
        ObjectNode plan = RunningHost.arguments().put("device", device.name());
        return defined
                ? plan
                : plan.put("parent", device.parent().orElse(""))
                        .put("type", device.type().orElse(""));
    }

    /** Writes it down at the destination as it is at the source; whether there is now a definition there that was not. */
    private boolean define(String name) {
        Optional<Definition> here = definition(source, name);
        if (here.isEmpty() || definition(destination, name).isPresent()) {
            return false;
        }
        ObjectNode wanted = RunningHost.arguments()
                .put("device", name)
                .put("parent", here.get().parent())
                .put("type", here.get().type())
                .put("start", here.get().start().word());
        ArrayNode attributes = wanted.putArray("attrs");
        here.get()
                .attributes()
                .forEach(a -> attributes.addObject().put("name", a.name()).put("value", a.value()));
        Definition _ = destination.define(wanted);
        return true;
    }

    private static Optional<Definition> definition(RunningHost host, String name) {
        return host.defined().devices().stream()
                .map(DefinedDevice::definition)
                .filter(definition -> definition.uuid().toString().equals(name))
                .findFirst();
    }

    /** QEMU has closed its connection; the host sees that a moment later. */
    private void awaitFree(String name) {
        long end = System.nanoTime() + SETTLES_WITHIN.toNanos();
        while (device(name).usage().isInUse()) {
            if (System.nanoTime() > end) {
                throw new RefusedException(
                        Errno.EBUSY,
                        name + " is still in use, though the machine has let go of it",
                        "Somebody else has it open, or QEMU's device is another one: name it with --vm-device ID=DEVICE.");
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private HostDevice device(String name) {
        return source.find(name)
                .orElseThrow(() -> new RefusedException(
                        Errno.ENODEV,
                        "the running host has no device " + name,
                        "vfio list --host user shows what it has."));
    }

    private static void copyState(Path from, Path to) {
        try (VfioDevice giving = VfioUserDevice.connect(from);
                VfioDevice taking = VfioUserDevice.connect(to)) {
            StopCopy.copy(giving, taking);
        }
    }

    private static Path socketOf(HostDevice device) {
        return device.socket()
                .map(Path::of)
                .orElseThrow(() -> new RefusedException(
                        Errno.ENXIO, device.name() + " has no socket", "See what vfio serve said when it was made."));
    }

    private static void remove(RunningHost host, String name) {
        host.tell("stop", RunningHost.arguments().put("device", name).put("timeout", (int) SETTLES_WITHIN.toSeconds()));
    }

    private static void undefine(RunningHost host, String name) {
        host.tell("undefine", RunningHost.arguments().put("device", name));
    }

    /** At both hosts, as soon as the copy is made. */
    private final class Both implements Carried {
        private final String name;
        private final boolean defined;
        private @Nullable HostDevice copy;

        /**
         * @param defined whether its definition was written at the destination too
         */
        Both(String name, boolean defined) {
            this.name = name;
            this.defined = defined;
        }

        @Override
        public Path socket() {
            return socketOf(Objects.requireNonNull(copy));
        }

        @Override
        public void settle() {
            remove(source, name);
            if (defined) {
                undefine(source, name);
            }
        }

        @Override
        public void drop() {
            if (copy != null) {
                remove(destination, name);
            }
            if (defined) {
                undefine(destination, name);
            }
        }
    }

    @Override
    public void close() {
        source.close();
        destination.close();
    }
}
