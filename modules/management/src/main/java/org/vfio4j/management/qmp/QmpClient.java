/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.qmp;

import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.json.LineChannel;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A connection to a QEMU's QMP. For one thread, which never waits longer than it says; a thread of the client's own reads what comes. Events that
 * nobody has asked for are kept, the newest {@value #MAX_EVENTS} of them.
 */
public final class QmpClient implements AutoCloseable {
    /** How long QEMU may take for a command: a busy one answers late. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int MAX_EVENTS = 1024;

    /** Of the greeting, which has none. */
    private static final int NO_ID = 0;

    private final String name;
    private final LineChannel lines;
    private final Duration patience;
    private final String version;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition came = lock.newCondition();
    private final Deque<QmpEvent> events = new ArrayDeque<>();
    private int awaited = NO_ID;
    private @Nullable QmpMessage answer;
    private @Nullable String end;

    private QmpClient(String name, ByteChannel channel, Duration patience) {
        this.name = name;
        this.patience = patience;
        this.lines = new LineChannel(
                channel,
                QmpMessage.MAX_BYTES,
                _ -> new QmpException("message of QEMU", "is longer than " + QmpMessage.MAX_BYTES + " bytes"));
        Thread.ofPlatform().daemon().name("QMP " + name).start(this::readAll);
        try {
            this.version = greeting();
            execute("qmp_capabilities");
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Connects to a QEMU that listens.
     *
     * @throws RefusedException ECONNREFUSED if none does; ETIMEDOUT if it does not greet, as one that has another client already
     */
    public static QmpClient connect(QmpAddress address) {
        return take(address.connect(), address.text());
    }

    /** Speaks with the QEMU at the other end of a channel; takes ownership of it. */
    public static QmpClient take(ByteChannel channel, String name) {
        return take(channel, name, PATIENCE);
    }

    /** The same with another patience. */
    static QmpClient take(ByteChannel channel, String name, Duration patience) {
        return new QmpClient(name, channel, patience);
    }

    /** Which QEMU this is: where it is reached. */
    public String name() {
        return name;
    }

    /** QEMU's version, such as {@code 11.1.3}. */
    public String version() {
        return version;
    }

    /** No arguments yet. */
    public static ObjectNode arguments() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** {@link #execute(String, ObjectNode)} without arguments. */
    public Cursor execute(String command) {
        return execute(command, arguments());
    }

    /**
     * Has a command done.
     *
     * @return what it returned
     * @throws RefusedException EINVAL with QEMU's words if it refuses, ENODEV for a device that it has not; ETIMEDOUT and ECONNRESET, after which
     *     nobody knows whether it is done
     */
    public Cursor execute(String command, ObjectNode arguments) {
        ObjectNode request = arguments().put("execute", command).put("id", expect());
        if (!arguments.isEmpty()) {
            request.set("arguments", arguments);
        }
        try {
            lines.write(request);
        } catch (IOException e) {
            throw gone(text(e));
        }
        return switch (answer("answer to " + command)) {
            case QmpMessage.Return done -> done.value();
            case QmpMessage.Refusal no ->
                throw new RefusedException(
                        no.kind().equals("DeviceNotFound") ? Errno.ENODEV : Errno.EINVAL,
                        "QEMU at " + name + " refuses " + command + ": " + no.text(),
                        "");
            case QmpMessage.Greeting _, QmpEvent _ -> throw new QmpException(command, "was answered with a greeting");
        };
    }

    /**
     * Waits for an event; those that are kept are looked at first, in their order.
     *
     * @param wanted makes something of it; empty if it is not the one
     * @return empty if it does not come within the bound
     * @throws RefusedException ECONNRESET if QEMU ends before
     */
    public <T> Optional<T> await(Duration bound, Function<QmpEvent, Optional<T>> wanted) {
        return awaited(bound, () -> {
            for (Iterator<QmpEvent> kept = events.iterator(); kept.hasNext(); ) {
                Optional<T> found = wanted.apply(kept.next());
                if (found.isPresent()) {
                    kept.remove();
                    return found;
                }
            }
            return Optional.empty();
        });
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException e) {
            // QEMU has gone before
        }
    }

    private String greeting() {
        if (answer("greet") instanceof QmpMessage.Greeting greeting) {
            return greeting.version();
        }
        throw new QmpException("message of QEMU", "a greeting was expected first");
    }

    /** The number of the next command; an answer to any other is nobody's from now on. */
    private int expect() {
        lock.lock();
        try {
            awaited++;
            answer = null;
            return awaited;
        } finally {
            lock.unlock();
        }
    }

    private QmpMessage answer(String what) {
        return awaited(patience, () -> Optional.ofNullable(answer))
                .orElseThrow(() -> new RefusedException(
                        Errno.ETIMEDOUT,
                        "QEMU at " + name + " did not " + what + " within " + patience.toSeconds() + " s",
                        "See whether it runs. It speaks with one client at a time: if another has this socket, give QEMU"
                                + " a second -qmp."));
    }

    private <T> Optional<T> awaited(Duration bound, Supplier<Optional<T>> look) {
        long left = bound.toNanos();
        lock.lock();
        try {
            while (true) {
                Optional<T> found = look.get();
                if (found.isPresent()) {
                    return found;
                }
                if (end != null) {
                    throw gone(end);
                }
                if (left <= 0) {
                    return Optional.empty();
                }
                left = came.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(Errno.EINTR, "interrupted while QEMU at " + name + " was waited for", "");
        } finally {
            lock.unlock();
        }
    }

    /** A closed channel's exception says no more than its name. */
    private static String text(Exception e) {
        return e.getMessage() == null ? "the connection is closed" : e.getMessage();
    }

    private RefusedException gone(String why) {
        return new RefusedException(
                Errno.ECONNRESET, "QEMU at " + name + " went away: " + why, "See its log for why it ended.");
    }

    private void readAll() {
        String why = "it closed the connection";
        try {
            for (Optional<byte[]> line = lines.read(); line.isPresent(); line = lines.read()) {
                put(QmpMessage.read(line.get()));
            }
        } catch (IOException | ErrnoException e) {
            why = text(e);
        }
        lock.lock();
        try {
            end = why;
            came.signalAll();
        } finally {
            lock.unlock();
        }
        close();
    }

    private void put(QmpMessage message) {
        lock.lock();
        try {
            switch (message) {
                case QmpEvent event -> {
                    if (events.size() == MAX_EVENTS) {
                        events.removeFirst();
                    }
                    events.addLast(event);
                }
                case QmpMessage.Greeting greeting -> keep(NO_ID, greeting);
                case QmpMessage.Return done -> keep(done.idOrNull(), done);
                // A line that it could not read has no number.
                case QmpMessage.Refusal no -> keep(no.idOrNull() == null ? awaited : no.idOrNull(), no);
            }
            came.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void keep(@Nullable Integer id, QmpMessage message) {
        if (id != null && id == awaited) {
            answer = message;
        }
    }
}
