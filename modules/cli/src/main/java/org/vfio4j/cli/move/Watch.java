/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.move;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.vfio4j.cli.common.Interruption;
import org.vfio4j.cli.common.Progress;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.migrate.Move;
import tools.jackson.databind.json.JsonMapper;

/** Follows a move to its end, and shows how far it is. A signal (Ctrl-C) cancels it. */
final class Watch {
    private static final long PAUSE_MILLIS = 100;

    private Watch() {}

    /** One line that changes, on a terminal; else nothing. */
    static Move onALine(Terminal terminal, RunningHost host, Move begun) {
        try (Progress progress = Progress.on(terminal)) {
            return follow(host, begun, move -> progress.tell(MoveText.progress(move)));
        }
    }

    /** A line of JSON each time, and for the end. */
    static Move byEvents(Terminal terminal, RunningHost host, Move begun) {
        JsonMapper mapper = JsonMapper.builder().build();
        return follow(host, begun, move -> {
            terminal.out().println(mapper.writeValueAsString(move.json()));
            terminal.out().flush();
        });
    }

    /** The move at its end, or where a signal came and it is too late to cancel: in doubt. */
    private static Move follow(RunningHost host, Move begun, Consumer<Move> shown) {
        try (Interruption interruption = Interruption.listen()) {
            Move move = begun;
            shown.accept(move);
            boolean told = false;
            while (!move.phase().isEnd() && !(told && move.phase() == Move.Phase.IN_DOUBT)) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
                if (interruption.isAsked() && !told) {
                    told = true;
                    cancel(host, begun);
                }
                move = host.move(begun.id());
                shown.accept(move);
            }
            return move;
        }
    }

    private static void cancel(RunningHost host, Move begun) {
        try {
            host.tell("migrate-cancel", RunningHost.arguments().put("id", begun.id()));
        } catch (ErrnoException e) {
            // it has ended meanwhile
        }
    }
}
