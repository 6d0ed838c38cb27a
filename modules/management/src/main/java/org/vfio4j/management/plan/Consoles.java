/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.ArrayList;
import java.util.List;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Question;

/** Which consoles a machine needs for its devices. */
final class Consoles {
    private Consoles() {}

    /**
     * Those it has, if it has any; where a display is asked for that they cannot show, what is in its way is replaced. A machine of which
     * nothing is said gets VNC for a region, and SPICE with OpenGL for a dma-buf.
     */
    static List<Console> choose(List<Candidate> candidates, VmFacts vm, Wishes wishes) {
        boolean region = candidates.stream().anyMatch(candidate -> can(candidate, Question.DISPLAY_REGION));
        boolean dmabuf = candidates.stream()
                .anyMatch(candidate ->
                        !can(candidate, Question.DISPLAY_REGION) && can(candidate, Question.DISPLAY_DMABUF));
        if (vm.consoles().isEmpty()) {
            return wishes.display() == Wish.OFF ? List.of() : fresh(region, dmabuf);
        }
        List<Console> given = vm.consoles().get();
        if (wishes.display() != Wish.ON) {
            return given;
        }
        return dmabuf && !given.isEmpty() ? withGl(given, vm) : given;
    }

    /** Those that there will be none of: of several front ends QEMU takes the last one. */
    static List<Console> lost(List<Console> given) {
        List<Console> frontEnds = given.stream().filter(Console::isFrontEnd).toList();
        return frontEnds.isEmpty() ? List.of() : frontEnds.subList(0, frontEnds.size() - 1);
    }

    private static List<Console> fresh(boolean region, boolean dmabuf) {
        if (dmabuf) {
            return List.of(Console.SPICE_GL);
        }
        return region ? List.of(Console.VNC) : List.of();
    }

    /** VNC shows the first console: where that is an emulated one it can stay. */
    private static List<Console> withGl(List<Console> given, VmFacts vm) {
        boolean vncShowsAnother = vm.hasEmulatedVideo().orElse(false);
        List<Console> kept = new ArrayList<>();
        for (Console console : given) {
            boolean shows = console.hasGl() || (console == Console.VNC && vncShowsAnother);
            if (shows) {
                kept.add(console);
            }
        }
        if (kept.stream().noneMatch(Console::hasGl)) {
            kept.add(Console.SPICE_GL);
        }
        return kept;
    }

    private static boolean can(Candidate candidate, Question question) {
        return candidate.socket().isEmpty() && candidate.probe().answer(question) instanceof Answer.Yes;
    }
}
