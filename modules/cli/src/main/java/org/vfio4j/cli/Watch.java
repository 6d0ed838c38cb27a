/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.migrate.Move;
import tools.jackson.databind.json.JsonMapper;

/** Follows a move to its end, and shows how far it is. A signal (Ctrl-C) cancels it. */
final class Watch {
    private static final long PAUSE_MILLIS = 100;
    private static final long SHUTDOWN_SECONDS = 15;

    /** What erases a line of a terminal. */
    private static final String CLEAR = "\r\033[K";

    private final Consumer<Move> shown;
    private final Runnable cleared;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean cancelled;

    private Watch(Consumer<Move> shown, Runnable cleared) {
        this.shown = shown;
        this.cleared = cleared;
    }

    /** One line that changes, on a terminal; else nothing. */
    static Watch of(Terminal terminal, OutputOption.Form form) {
        if (!terminal.color() || form != OutputOption.Form.TABLE) {
            return new Watch(move -> {}, () -> {});
        }
        return new Watch(
                move -> {
                    terminal.out().print(CLEAR + MoveText.progress(move));
                    terminal.out().flush();
                },
                () -> terminal.out().print(CLEAR));
    }

    /** A line of JSON each time, and for the end. */
    static Watch events(Terminal terminal) {
        JsonMapper mapper = JsonMapper.builder().build();
        return new Watch(
                move -> {
                    terminal.out().println(mapper.writeValueAsString(move.json()));
                    terminal.out().flush();
                },
                () -> {});
    }

    /** The move at its end, or where a signal came and it is too late to cancel: in doubt. */
    Move follow(RunningHost host, Move begun) {
        Thread hook = Thread.ofPlatform().unstarted(this::onSignal);
        Runtime.getRuntime().addShutdownHook(hook);
        Move move = begun;
        shown.accept(move);
        boolean told = false;
        while (!move.phase().isEnd() && !(told && move.phase() == Move.Phase.IN_DOUBT)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
            if (cancelled && !told) {
                told = true;
                tell(host, begun);
            }
            move = host.move(begun.id());
            shown.accept(move);
        }
        cleared.run();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // it is what cancelled
        }
        ended.countDown();
        return move;
    }

    private static void tell(RunningHost host, Move begun) {
        try {
            host.tell("migrate-cancel", RunningHost.arguments().put("id", begun.id()));
        } catch (ErrnoException e) {
            // it has ended meanwhile
        }
    }

    /** Lets the command go on to its end, where it ends the process with its own exit code. */
    private void onSignal() {
        cancelled = true;
        try {
            if (ended.await(SHUTDOWN_SECONDS, TimeUnit.SECONDS)) {
                Thread.sleep(TimeUnit.SECONDS.toMillis(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
